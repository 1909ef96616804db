#!/usr/bin/env python3
"""A stand-in for api.telegram.org: the part of the Bot API that a text bot uses, on one loopback port.

Importable (`async with MockTelegram() as bot: ...`, or `MockTelegram.in_thread()` for synchronous callers) and
runnable (`mock_telegram.py --port 0 --token 777:TEST`, prints one JSON line with the url). Standard library only.

Behaviour kept from the real service: update ids confirmed by `offset`, a second poller ends the first with 409,
long polls end when the client goes away, texts are 1..4096 UTF-16 units after entities, edits that change nothing
are refused, a wrong token is 401. Every call is recorded. Faults are scripted a call at a time (see `fault`).

Control over HTTP, JSON in and out:
  POST /__control/push    {chat_id, text, from?, chat_type?, ...}   a message from a person
  POST /__control/update  {...}                                     any update; update_id is added
  POST /__control/fault   {method, kind, count?, ...}               see MockTelegram.fault
  POST /__control/chat    {chat_id, state}                          ok, blocked, kicked or unknown
  POST /__control/reset                                             forgets calls, messages, updates and faults
  GET  /__control/state                                             everything at once
  GET  /__control/calls?method=M                                    recorded calls
  GET  /__control/wait?method=M&count=N&timeout=MS                  answers when N calls of M are recorded
"""
import argparse
import asyncio
import html
import json
import re
import threading
import time
import urllib.parse

from mock_http import Connection, Dropped

UPDATE_KINDS = ("message", "edited_message", "channel_post", "callback_query", "message_reaction")
HTML_TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "a", "tg-spoiler", "span",
             "blockquote", "tg-emoji"}
FAULT_KINDS = ("429", "error", "html", "drop_before", "drop_after", "hang")


class ApiError(Exception):
    def __init__(self, code, description, parameters=None):
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


def bad_request(text):
    return ApiError(400, "Bad Request: " + text)


def utf16_length(text):
    return len(text.encode("utf-16-le")) // 2


def html_to_text(text):
    """Plain text of Telegram's HTML; raises as Telegram does on tags that do not match."""
    out, open_tags, at = [], [], 0
    for match in re.finditer(r"<(/?)([a-zA-Z-]*)([^>]*)>?", text):
        out.append(html.unescape(text[at:match.start()]))
        at = match.end()
        closing, name = match.group(1), match.group(2).lower()
        where = len(text[:match.start()].encode())
        if not match.group(0).endswith(">"):
            raise bad_request(f"can't parse entities: Unclosed start tag at byte offset {where}")
        if name not in HTML_TAGS:
            raise bad_request(f"can't parse entities: Unsupported start tag \"{name}\" at byte offset {where}")
        if not closing:
            open_tags.append(name)
        elif not open_tags or open_tags[-1] != name:
            raise bad_request(f"can't parse entities: Unexpected end tag at byte offset {where}")
        else:
            open_tags.pop()
    if open_tags:
        raise bad_request(f"can't parse entities: Can't find end tag corresponding to start tag \"{open_tags[-1]}\"")
    out.append(html.unescape(text[at:]))
    return "".join(out)


class MockTelegram:
    def __init__(self, token="777:TEST", username="mock_bot", host="127.0.0.1", port=0):
        self.token, self.username, self.host, self.port = token, username, host, port
        self.bot_id = int(token.split(":")[0]) if token.split(":")[0].isdigit() else 777
        self.connections = set()
        self.server = None
        self.next_update, self.next_message = 1001, 501
        self.poller = None          # future of the long poll under way
        self.changed = asyncio.Event()
        self.reset()

    def reset(self):
        self.calls, self.sent, self.updates, self.faults = [], [], [], []
        self.messages = {}          # (chat id, message id) -> message of the bot
        self.chats = {}             # chat id -> "blocked", "kicked", "unknown"
        self.commands, self.webhook = [], ""
        self.confirmed = 0          # highest update id that was confirmed

    # ---- life -------------------------------------------------------------------------------------------------

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    async def start(self):
        self.server = await asyncio.get_running_loop().create_server(lambda: Connection(self), self.host, self.port)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def stop(self):
        self.server.close()
        for connection in list(self.connections):
            connection.transport.abort()
            connection.task.cancel()
        await self.server.wait_closed()

    async def __aenter__(self):
        return await self.start()

    async def __aexit__(self, *_):
        await self.stop()

    @classmethod
    def in_thread(cls, **options):
        """A running mock on a loop of its own. Use `call_soon(f, ...)` for anything that changes it."""
        mock, ready = cls(**options), threading.Event()

        async def main():
            mock.loop, mock.ended = asyncio.get_running_loop(), asyncio.Event()
            mock.changed = asyncio.Event()
            await mock.start()
            ready.set()
            await mock.ended.wait()
            await mock.stop()

        mock.thread = threading.Thread(target=asyncio.run, args=(main(),), daemon=True)
        mock.thread.start()
        ready.wait()
        return mock

    def call_soon(self, function, *args, **kwargs):
        async def run():
            return function(*args, **kwargs)
        return asyncio.run_coroutine_threadsafe(run(), self.loop).result()

    def close_thread(self):
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join()

    # ---- what tests do ----------------------------------------------------------------------------------------

    def push_update(self, update):
        update = {"update_id": self.next_update, **update}
        self.next_update = update["update_id"] + 1
        self.updates.append(update)
        self.wake()
        return update

    def push_message(self, chat_id, from_=None, text=None, chat_type=None, **extra):
        """A message from a person. `from_`: a user id or a user object; default: the person of the private chat."""
        sender = {"id": chat_id, "is_bot": False, "first_name": "Ada", "username": "ada", "language_code": "en"}
        if isinstance(from_, dict):
            sender.update(from_)
        elif from_ is not None:
            sender["id"] = int(from_)
        kind = chat_type or ("private" if chat_id > 0 else "supergroup")
        chat = {"id": chat_id, "type": kind}
        chat.update({"first_name": sender["first_name"]} if kind == "private" else {"title": "Group"})
        message = {"message_id": self.new_message_id(), "from": sender, "chat": chat, "date": int(time.time()), **extra}
        if text is not None:
            message["text"] = text
            if text.startswith("/"):
                length = utf16_length(text.split()[0])
                message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return self.push_update({"message": message})

    def fault(self, method, kind, count=1, **details):
        """The next `count` calls of `method` ("*": any but getUpdates) go wrong. kind:
        429 (retry_after), error (code, description), html (a proxy's 502 page), drop_before (the connection ends, nothing
        happened), drop_after (it happened, the answer is lost), hang (seconds, default until the client goes away)."""
        if kind not in FAULT_KINDS:
            raise ValueError(f"kind is one of {', '.join(FAULT_KINDS)}")
        self.faults.append({"method": method, "kind": kind, "count": count, **details})

    def calls_of(self, method):
        return [call for call in self.calls if call["method"] == method]

    async def wait_for(self, condition, timeout=10.0):
        """Waits until `condition()` is true, looked at as calls begin and end; asyncio.TimeoutError otherwise."""
        async def loop():
            while not (value := condition()):
                self.changed.clear()
                await self.changed.wait()
            return value
        return await asyncio.wait_for(loop(), timeout)

    # ---- inside -----------------------------------------------------------------------------------------------

    def wake(self):
        self.changed.set()
        if self.poller and not self.poller.done():
            self.poller.set_result("update")

    def new_message_id(self):
        self.next_message += 1
        return self.next_message - 1

    def take_fault(self, method):
        for entry in self.faults:
            if entry["method"] == method or (entry["method"] == "*" and method != "getUpdates"):
                entry["count"] -= 1
                if entry["count"] <= 0:
                    self.faults.remove(entry)
                return entry
        return None

    async def handle(self, connection, http_method, target, headers, body):
        path, _, query = target.partition("?")
        path = urllib.parse.unquote(path)
        if path.startswith("/__control/"):
            return await self.control(connection, path[11:], query, body)
        match = re.fullmatch(r"/bot([^/]+)/([A-Za-z]+)", path)
        if not match:
            return connection.answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        token, method = match.groups()
        record = {"method": method, "at": time.time(), "params": {}}
        self.calls.append(record)
        try:
            try:
                record["params"] = self.params(query, headers, body)
                self.changed.set()
                if token != self.token:
                    raise ApiError(401, "Unauthorized")
                result = await self.run_with_faults(connection, method, record)
            except ApiError as error:
                record["error"] = {"code": error.code, "description": error.description}
                self.changed.set()
                reply = {"ok": False, "error_code": error.code, "description": error.description}
                extra = []
                if error.parameters:
                    reply["parameters"] = error.parameters
                    if "retry_after" in error.parameters:
                        extra.append(f"Retry-After: {error.parameters['retry_after']}")
                return connection.answer(error.code, reply, extra)
            if isinstance(result, bytes):
                return connection.answer(502, result, content_type="text/html")
            connection.answer(200, {"ok": True, "result": result})
        finally:
            record["done"] = True
            self.changed.set()

    async def run_with_faults(self, connection, method, record):
        fault = self.take_fault(method)
        kind = fault["kind"] if fault else None
        if kind:
            record["fault"] = kind
        if kind == "429":
            seconds = fault.get("retry_after", 1)
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
        if kind == "error":
            code = fault.get("code", 500)
            raise ApiError(code, fault.get("description", "Internal Server Error"))
        if kind == "html":
            return b"<html><body><h1>502 Bad Gateway</h1></body></html>"
        if kind == "drop_before":
            raise Dropped
        if kind == "hang":
            try:
                await asyncio.wait_for(connection.lost.wait(), fault.get("seconds"))
                raise Dropped
            except asyncio.TimeoutError:
                pass
        handler = getattr(self, "api_" + method, None)
        if handler is None:
            raise ApiError(404, "Not Found")
        result = handler(record["params"])
        if asyncio.iscoroutine(result):
            result = await result if method != "getUpdates" else await self.cut_short(connection, result)
        if kind == "drop_after":
            raise Dropped
        return result

    async def cut_short(self, connection, poll):
        """A long poll ends with its client, so that a client that comes back does not meet its own ghost."""
        task, lost = asyncio.ensure_future(poll), asyncio.ensure_future(connection.lost.wait())
        await asyncio.wait({task, lost}, return_when=asyncio.FIRST_COMPLETED)
        lost.cancel()
        if task.done():
            return task.result()
        task.cancel()
        raise Dropped

    @staticmethod
    def params(query, headers, body):
        params = {key: values[-1] for key, values in urllib.parse.parse_qs(query, keep_blank_values=True).items()}
        kind = headers.get("content-type", "")
        if kind.startswith("application/json"):
            try:
                params.update(json.loads(body or b"{}"))
            except (ValueError, TypeError):
                raise ApiError(400, "Bad Request: can't parse request body") from None
        elif kind.startswith("application/x-www-form-urlencoded"):
            params.update({key: values[-1] for key, values in urllib.parse.parse_qs(body.decode()).items()})
        elif kind.startswith("multipart/form-data"):
            boundary = kind.partition("boundary=")[2].strip('"').encode()
            for part in body.split(b"--" + boundary)[1:-1]:
                head, _, value = part.strip(b"\r\n").partition(b"\r\n\r\n")
                if name := re.search(rb'name="([^"]+)"', head):
                    file = b"filename=" in head
                    params[name.group(1).decode()] = f"<{len(value)} bytes>" if file else value.decode("utf-8", "replace")
        return params

    # ---- Bot API ----------------------------------------------------------------------------------------------

    def user(self):
        return {"id": self.bot_id, "is_bot": True, "first_name": "Mock", "username": self.username}

    def api_getMe(self, _):
        return {**self.user(), "can_join_groups": True, "can_read_all_group_messages": False,
                "supports_inline_queries": False, "can_connect_to_business": False, "has_main_web_app": False}

    def api_getWebhookInfo(self, _):
        return {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": len(self.updates)}

    def api_setWebhook(self, params):
        self.webhook = params.get("url", "")
        return True

    def api_deleteWebhook(self, params):
        self.webhook = ""
        if str(params.get("drop_pending_updates", False)).lower() == "true":
            self.updates.clear()
        return True

    def api_setMyCommands(self, params):
        commands = params.get("commands")
        if isinstance(commands, str):
            commands = json.loads(commands)
        if not isinstance(commands, list) or len(commands) > 100:
            raise bad_request("BOT_COMMANDS_TOO_MUCH" if isinstance(commands, list) else "can't parse commands")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
                raise bad_request("BOT_COMMAND_INVALID")
        self.commands = commands
        return True

    def api_deleteMyCommands(self, _):
        self.commands = []
        return True

    def api_getMyCommands(self, _):
        return self.commands

    async def api_getUpdates(self, params):
        if self.webhook:
            raise ApiError(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete "
                                "the webhook first")
        offset, timeout = int(params.get("offset") or 0), float(params.get("timeout") or 0)
        limit = max(1, min(100, int(params.get("limit") or 100)))
        allowed = params.get("allowed_updates")
        if isinstance(allowed, str):
            allowed = json.loads(allowed)
        if self.poller and not self.poller.done():
            self.poller.set_result("conflict")
        mine = self.poller = asyncio.get_running_loop().create_future()
        self.changed.set()
        if offset > 0:
            for update in self.updates:
                if update["update_id"] < offset:
                    self.confirmed = max(self.confirmed, update["update_id"])
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
        elif offset < 0:
            self.updates = self.updates[offset:]
        if allowed:
            self.updates = [u for u in self.updates if any(kind in u for kind in allowed)
                            or not any(kind in u for kind in UPDATE_KINDS)]
        end = time.monotonic() + min(timeout, 50)
        try:
            while not self.updates:
                left = end - time.monotonic()
                if left <= 0:
                    return []
                try:
                    why = await asyncio.wait_for(asyncio.shield(mine), left)
                except asyncio.TimeoutError:
                    return []
                if why == "conflict":
                    raise ApiError(409, "Conflict: terminated by other getUpdates request; make sure that only one bot "
                                        "instance is running")
                if allowed:
                    self.updates = [u for u in self.updates if any(kind in u for kind in allowed)]
                if self.poller is not mine:
                    continue
                mine = self.poller = asyncio.get_running_loop().create_future()
            return self.updates[:limit]
        finally:
            if self.poller is mine:
                self.poller = None

    def chat_of(self, params):
        chat_id = params.get("chat_id")
        if chat_id in (None, ""):
            raise bad_request("chat_id is empty")
        if isinstance(chat_id, str) and re.fullmatch(r"-?\d+", chat_id):
            chat_id = int(chat_id)
        state = self.chats.get(str(chat_id), "ok")
        if state == "unknown":
            raise bad_request("chat not found")
        if state == "blocked":
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if state == "kicked":
            raise ApiError(403, "Forbidden: bot was kicked from the supergroup chat")
        if isinstance(chat_id, str):
            return {"id": -1001000000000, "type": "supergroup", "username": chat_id.lstrip("@"), "title": "Group"}
        if chat_id > 0:
            return {"id": chat_id, "type": "private", "first_name": "Ada", "username": "ada"}
        return {"id": chat_id, "type": "supergroup", "title": "Group"}

    @staticmethod
    def text_of(params):
        text = params.get("text")
        if not isinstance(text, str):
            raise bad_request("message text is empty")
        mode = (params.get("parse_mode") or "").lower()
        plain = html_to_text(text) if mode == "html" else text
        if not plain.strip():
            raise bad_request("message text is empty")
        if utf16_length(plain) > 4096:
            raise bad_request("message is too long")
        return plain

    def api_sendMessage(self, params):
        chat, text = self.chat_of(params), self.text_of(params)
        message = {"message_id": self.new_message_id(), "from": self.user(), "chat": chat, "date": int(time.time()), "text": text}
        if params.get("message_thread_id"):
            message["message_thread_id"] = int(params["message_thread_id"])
        self.messages[chat["id"], message["message_id"]] = message
        self.sent.append(message)
        return message

    def own_message(self, params):
        chat = self.chat_of(params)
        return self.messages.get((chat["id"], int(params.get("message_id") or 0)))

    def api_editMessageText(self, params):
        message, text = self.own_message(params), self.text_of(params)
        if message is None:
            raise bad_request("message to edit not found")
        markup = params.get("reply_markup")
        if message["text"] == text and message.get("reply_markup") == markup:
            raise bad_request("message is not modified: specified new message content and reply markup are exactly the same as "
                              "a current content and reply markup of the message")
        message["text"], message["edit_date"] = text, int(time.time())
        if markup is not None:
            message["reply_markup"] = markup
        return message

    def api_editMessageReplyMarkup(self, params):
        message = self.own_message(params)
        if message is None:
            raise bad_request("message to edit not found")
        message["reply_markup"] = params.get("reply_markup")
        return message

    def api_deleteMessage(self, params):
        message = self.own_message(params)
        if message is None:
            raise bad_request("message to delete not found")
        del self.messages[message["chat"]["id"], message["message_id"]]
        message["deleted"] = True
        return True

    def api_sendChatAction(self, params):
        self.chat_of(params)
        if not params.get("action"):
            raise bad_request("wrong parameter action in request")
        return True

    def api_setMessageReaction(self, params):
        self.chat_of(params)
        return True

    def api_answerCallbackQuery(self, _):
        return True

    def api_getChat(self, params):
        return self.chat_of(params)

    def api_getChatMember(self, params):
        self.chat_of(params)
        return {"status": "member", "user": {"id": int(params.get("user_id") or 0), "is_bot": False, "first_name": "Ada"}}

    # ---- control ----------------------------------------------------------------------------------------------

    async def control(self, connection, what, query, body):
        options = dict(urllib.parse.parse_qsl(query))
        try:
            request = json.loads(body or b"{}")
            if what == "push":
                sender = request.pop("from", None)
                return connection.answer(200, self.push_message(request.pop("chat_id"), sender, **request))
            if what == "update":
                return connection.answer(200, self.push_update(request))
            if what == "fault":
                self.fault(**request)
                return connection.answer(200, {"ok": True})
            if what == "chat":
                self.chats[str(request["chat_id"])] = request["state"]
                return connection.answer(200, {"ok": True})
            if what == "reset":
                self.reset()
                return connection.answer(200, {"ok": True})
            if what == "state":
                state = {name: getattr(self, name) for name in ("calls", "sent", "updates", "faults", "commands", "webhook",
                                                                "chats", "confirmed")}
                return connection.answer(200, state)
            if what == "calls":
                return connection.answer(200, {"calls": self.calls_of(options["method"])})
            if what == "wait":
                count, timeout = int(options.get("count", "1")), float(options.get("timeout", "10000")) / 1000
                try:
                    await self.wait_for(lambda: sum(1 for c in self.calls_of(options["method"]) if c.get("done")) >= count, timeout)
                except asyncio.TimeoutError:
                    pass
                return connection.answer(200, {"calls": self.calls_of(options["method"])})
        except (KeyError, TypeError, ValueError) as error:
            return connection.answer(400, {"ok": False, "error": f"{type(error).__name__}: {error}"})
        return connection.answer(404, {"ok": False, "error": "no such control"})


async def main():
    parser = argparse.ArgumentParser(description="A stand-in for api.telegram.org.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default="777:TEST")
    parser.add_argument("--username", default="mock_bot")
    options = parser.parse_args()
    async with MockTelegram(options.token, options.username, options.host, options.port) as mock:
        print(json.dumps({"url": mock.url, "port": mock.port, "token": mock.token}), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
