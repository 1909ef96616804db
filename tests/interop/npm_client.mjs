// npm_client.mjs FOLDER URL TOKEN: talks to a gateway through the npm package openclaw-node that is installed in FOLDER.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, url, token] = process.argv.slice(2);
const entry = createRequire(`${folder}/package.json`).resolve('openclaw-node');
const { OpenClawClient } = await import(pathToFileURL(entry).href);
const client = new OpenClawClient({ url, token, autoReconnect: false });
await client.connect();
const seen = { text: '', done: false, sessions: null };
for await (const chunk of client.chat('help')) {
  if (chunk.type === 'text') seen.text += chunk.text;
  if (chunk.type === 'error') throw new Error(chunk.text);
  if (chunk.type === 'done') seen.done = true;
}
const listed = await client.sessions.list();
seen.sessions = Array.isArray(listed) ? listed : listed.sessions;
await client.disconnect();
console.log(JSON.stringify(seen));
process.exit(0);
