#include "runtime_fixture.h"

#include "session/history.h"

#include <fmt/format.h>

namespace openclaw::agent::testing {

using base::Task;

namespace {

json::Object text_block(const std::string& text) {
  json::Object block;
  block["type"] = "text";
  block["text"] = text;
  return block;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += part;
  return out;
}

}  // namespace

Task<ModelResult<ModelReply>> FakeProvider::complete(ModelRequest request, ModelSink sink) {
  const auto cancel = request.cancel;
  script_->requests.push_back(std::move(request));
  Step step;
  if (!script_->steps.empty()) {
    step = std::move(script_->steps.front());
    script_->steps.pop_front();
  }
  script_->most_running = std::max(script_->most_running, ++script_->running);
  for (const auto& delta : step.deltas) {
    if (script_->before_delta) script_->before_delta();
    sink.on_text(delta);
  }
  if (step.hold) {
    auto wake = std::make_shared<base::Event>(script_->loop);
    const auto registration = cancel.on_cancel([wake] { wake->set(); });
    while (!wake->is_set() && !script_->go_on.is_set()) co_await wake->wait_for(base::Millis(2));
  }
  --script_->running;
  if (cancel.cancelled()) {
    ++script_->cancelled;
    ModelFailure failure;
    failure.reason = FailureReason::cancelled;
    co_return tl::unexpected(std::move(failure));
  }
  if (step.failure) co_return tl::unexpected(std::move(*step.failure));
  ModelReply reply;
  reply.content = step.content;
  if (reply.content.empty()) reply.content.push_back(text_block(joined(step.deltas)));
  reply.usage = step.usage;
  reply.stop_reason = step.content.empty() ? "stop" : "toolUse";
  co_return reply;
}

Task<protocol::WireResult<>> FakeHost::call(std::string method, json::Object params) {
  auto key = method;
  if (method == "node.invoke") key += " " + json::get_string_or(params, "command", "");
  calls.emplace_back(method, params);
  if (hold) co_await hold->wait();
  const auto answer = answers.find(key);
  if (answer == answers.end()) co_return protocol::unavailable("no answer scripted for " + key);
  auto out = answer->second(params);
  co_return out;
}

void FakeEvents::agent(const AgentEvent& event) {
  auto line = fmt::format("agent {}", event.stream);
  if (const auto phase = json::get_string(event.data, "phase")) line += " " + *phase;
  if (const auto delta = json::get_string(event.data, "delta"))
    line += fmt::format(" '{}' of '{}'", *delta, json::get_string_or(event.data, "text", ""));
  if (const auto name = json::get_string(event.data, "name")) line += " " + *name;
  if (const auto meta = json::get_string(event.data, "meta")) line += " (" + *meta + ")";
  if (const auto error = json::get_string(event.data, "error")) line += " " + *error;
  line += fmt::format(" #{}", event.seq);
  log.push_back(line);
  by_run.emplace_back(event.run_id, line);
}

void FakeEvents::chat(const ChatEvent& event) {
  auto line = "chat " + event.state;
  if (event.message) line += " '" + session::message_text(*event.message) + "'";
  if (!event.error_message.empty()) line += " " + event.error_message;
  if (!event.stop_reason.empty()) line += " " + event.stop_reason + " " + event.session_key;
  line += fmt::format(" #{}", event.seq);
  log.push_back(line);
  by_run.emplace_back(event.run_id, line);
}

void FakeEvents::session_message(const std::string&, const store::MessageRecord& message) {
  log.push_back("message " + json::get_string_or(message.body, "role", "") + fmt::format(" {}", message.seq));
}

void FakeEvents::session_changed(const std::string&, std::string_view phase, std::string_view reason,
                                 const std::string&) {
  log.push_back(fmt::format("changed {}{}", phase, reason));
}

std::vector<std::string> FakeEvents::of_run(const std::string& run_id) const {
  std::vector<std::string> out;
  for (const auto& [id, line] : by_run) {
    if (id == run_id) out.push_back(line);
  }
  return out;
}

bool FakeEvents::has(const std::string& line) const {
  return std::find(log.begin(), log.end(), line) != log.end();
}

RuntimeTest::RuntimeTest() {
  folder = std::filesystem::temp_directory_path() / ("openclaw-runtime-" + base::random_hex(8));
  std::filesystem::create_directories(folder);
  models.target->provider = "mock";
  models.target->model = "mock-1";
  models.target->api = "mock-api";
  open();
}

RuntimeTest::~RuntimeTest() {
  kill();
  std::error_code ec;
  std::filesystem::remove_all(folder, ec);
}

void RuntimeTest::open() {
  loop_ = std::make_unique<base::Loop>();
  store = std::make_unique<store::Store>(*loop_, (folder / "native.sqlite").string());
  auto opened = base::run_until_done(*loop_, store->open());
  ASSERT_TRUE(opened) << opened.error().message;
  script = std::make_unique<Script>(*loop_);
  Runtime::Parts parts{*loop_, *store, clock, models, host, events};
  parts.provider_factory = [this](std::string_view) { return std::make_unique<FakeProvider>(script.get()); };
  runtime = std::make_unique<Runtime>(std::move(parts));
}

void RuntimeTest::kill() {
  runtime.reset();
  if (store) store->close();
  loop_.reset();  // its tasks end with it
  store.reset();
  script.reset();
}

RunRequest RuntimeTest::request(const std::string& id, const std::string& text, const std::string& kind) {
  RunRequest out;
  out.run_id = id;
  out.kind = kind;
  out.session_key = "agent:main:main";
  out.given_key = "main";
  out.message = text;
  return out;
}

base::Result<SubmitOutcome> RuntimeTest::submit(RunRequest request,
                                                std::function<base::Result<>(store::Db&)> also) {
  return base::run_until_done(loop(), runtime->submit(std::move(request), std::move(also)));
}

json::Value RuntimeTest::final(const std::string& run_id) {
  auto out = base::run_until_done(loop(), runtime->wait_final(run_id));
  return out ? *out : json::Value(nullptr);
}

void RuntimeTest::run_until(const std::function<bool()>& condition) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  loop().restart();
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), limit) << "the awaited state was not reached";
    loop().run_one_for(std::chrono::milliseconds(50));
    if (loop().stopped()) loop().restart();
  }
}

std::vector<std::string> RuntimeTest::transcript(const std::string& key) {
  auto messages = base::run_until_done(loop(), runtime->messages(key, 0));
  std::vector<std::string> out;
  if (!messages) return {messages.error().message};
  for (const auto& message : *messages)
    out.push_back(json::get_string_or(message.body, "role", "") + ": " + session::message_text(message.body));
  return out;
}

std::vector<store::OutboxRecord> RuntimeTest::outbox() {
  auto job = [](store::Db& db) { return store::load_outbox(db, "telegram", "default"); };
  auto out = base::run_until_done(loop(), store->read(std::move(job)));
  return out ? *out : std::vector<store::OutboxRecord>();
}

std::optional<store::RunRecord> RuntimeTest::stored(const std::string& run_id) {
  auto job = [run_id](store::Db& db) { return store::find_run(db, run_id); };
  auto out = base::run_until_done(loop(), store->read(std::move(job)));
  return out ? *out : std::nullopt;
}

Step RuntimeTest::text(std::vector<std::string> deltas) {
  Step step;
  step.deltas = std::move(deltas);
  step.usage.input = 100;
  step.usage.output = 20;
  return step;
}

Step RuntimeTest::tool(const std::string& before, const std::string& name, json::Object arguments) {
  Step step;
  if (!before.empty()) {
    step.deltas = {before};
    step.content.push_back(text_block(before));
  }
  json::Object block;
  block["type"] = "toolCall";
  block["id"] = "call_1";
  block["name"] = name;
  block["arguments"] = std::move(arguments);
  step.content.push_back(std::move(block));
  step.usage.input = 120;
  step.usage.output = 12;
  return step;
}

Step RuntimeTest::failing(FailureReason reason, const std::string& text, int status,
                          std::int64_t retry_after_ms) {
  Step step;
  ModelFailure failure;
  failure.reason = reason;
  failure.text = text;
  failure.status = status;
  failure.retry_after_ms = retry_after_ms;
  step.failure = std::move(failure);
  return step;
}

}  // namespace openclaw::agent::testing
