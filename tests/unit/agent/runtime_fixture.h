// A Runtime over a real store in a temporary folder, with a scripted model, a scripted gateway and recorded
// events.
#pragma once
#include "agent/runtime.h"
#include "base/random.h"
#include "store/channels.h"
#include "store/store.h"

#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace openclaw::agent::testing {

class FakeClock final : public base::Clock {
 public:
  std::int64_t wall_ms() const override { return wall; }
  std::int64_t steady_ms() const override { return steady; }
  std::int64_t wall = 1795500424906;  // Tue 2026-11-24 06:07 UTC
  std::int64_t steady = 1'000;
};

// What the model does on one call.
struct Step {
  std::vector<std::string> deltas;
  json::Array content;  // made of the deltas when empty
  std::optional<ModelFailure> failure;
  bool hold = false;  // after the deltas: until cancelled or let go
  Usage usage;
};

struct Script {
  explicit Script(base::Loop& l) : loop(l), go_on(l) {}
  base::Loop& loop;
  base::Event go_on;
  std::deque<Step> steps;
  std::vector<ModelRequest> requests;
  int running = 0, most_running = 0, cancelled = 0;
  std::function<void()> before_delta;
};

class FakeProvider final : public Provider {
 public:
  explicit FakeProvider(Script* script) : script_(script) {}
  base::Task<ModelResult<ModelReply>> complete(ModelRequest request, ModelSink sink) override;

 private:
  Script* script_;
};

class FakeModels final : public ModelSource {
 public:
  base::Result<ModelTarget> current_model(const std::string&) override { return target; }
  base::Result<ModelTarget> target = ModelTarget{};
};

class FakeHost final : public ToolHost {
 public:
  base::Task<protocol::WireResult<>> call(std::string method, json::Object params) override;
  std::string session_status(const std::string& key) override { return "status of " + key; }
  // Answers by method, or by "node.invoke <command>".
  std::map<std::string, std::function<protocol::WireResult<>(const json::Object&)>> answers;
  std::vector<std::pair<std::string, json::Object>> calls;
  base::Event* hold = nullptr;
};

class FakeEvents final : public RunEvents {
 public:
  void agent(const AgentEvent& event) override;
  void chat(const ChatEvent& event) override;
  void session_message(const std::string& key, const store::MessageRecord& message) override;
  void session_changed(const std::string& key, std::string_view phase, std::string_view reason,
                       const std::string& run_id) override;
  void outbox_pushed(const std::string& channel) override { log.push_back("outbox " + channel); }
  std::vector<std::string> of_run(const std::string& run_id) const;  // agent and chat events only
  bool has(const std::string& line) const;
  std::vector<std::string> log;
  std::vector<std::pair<std::string, std::string>> by_run;
};

class RuntimeTest : public ::testing::Test {
 protected:
  RuntimeTest();
  ~RuntimeTest() override;
  void open();  // store and runtime over the files in `folder`
  void kill();  // as if the process had died
  void start() { ASSERT_TRUE(base::run_until_done(loop(), runtime->start())); }
  base::Loop& loop() { return *loop_; }

  RunRequest request(const std::string& id, const std::string& text, const std::string& kind = "chat");
  base::Result<SubmitOutcome> submit(RunRequest request, std::function<base::Result<>(store::Db&)> also = {});
  json::Value final(const std::string& run_id);
  void run_until(const std::function<bool()>& condition);
  std::vector<std::string> transcript(const std::string& key = "agent:main:main");  // "role: text"
  std::vector<store::OutboxRecord> outbox();
  std::optional<store::RunRecord> stored(const std::string& run_id);
  static Step text(std::vector<std::string> deltas);
  static Step tool(const std::string& before, const std::string& name, json::Object arguments);
  static Step failing(FailureReason reason, const std::string& text, int status,
                      std::int64_t retry_after_ms = 0);

  std::filesystem::path folder;
  std::unique_ptr<base::Loop> loop_;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Script> script;
  FakeClock clock;
  FakeModels models;
  FakeHost host;
  FakeEvents events;
  std::unique_ptr<Runtime> runtime;
};

}  // namespace openclaw::agent::testing
