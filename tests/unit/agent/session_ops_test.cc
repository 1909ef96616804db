#include "runtime_fixture.h"

namespace openclaw::agent::testing {
namespace {

constexpr char kKey[] = "agent:main:main";

class SessionOps : public RuntimeTest {
 protected:
  base::Result<EditedSession> edit(const std::string& key, bool create, std::function<base::Result<>(store::SessionRecord&)> change) {
    SessionEdit work;
    work.key = key;
    work.agent_id = "main";
    work.create = create;
    work.edit = std::move(change);
    return base::run_until_done(loop(), runtime->edit_session(std::move(work)));
  }
  void say(const std::string& run, const std::string& words) {
    script->steps.push_back(text({"answer"}));
    ASSERT_TRUE(submit(request(run, words)));
    final(run);
  }
  void again() {
    kill();
    open();
    start();
  }
};

TEST_F(SessionOps, AnEditIsKept) {
  start();
  const auto made = edit("agent:main:x", true, [](store::SessionRecord& session) {
    session.entry["label"] = "X";
    return base::Result<>{};
  });
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->created);
  again();
  ASSERT_NE(runtime->session("agent:main:x"), nullptr);
  EXPECT_EQ(runtime->session("agent:main:x")->entry.at("label").as_string(), "X");
}

TEST_F(SessionOps, ARefusedEditChangesNothing) {
  start();
  const auto refused = edit("agent:main:x", true, [](store::SessionRecord& session) -> base::Result<> {
    session.entry["label"] = "X";
    return base::fail(base::ErrorKind::invalid, "no");
  });
  EXPECT_FALSE(refused);
  EXPECT_EQ(runtime->session("agent:main:x"), nullptr);
  const auto absent = edit("agent:main:y", false, {});
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().kind, base::ErrorKind::not_found);
}

TEST_F(SessionOps, RenewArchivesTheTranscript) {
  start();
  say("r1", "hi");
  const std::string old = runtime->session(kKey)->session_id;
  const auto fresh = base::run_until_done(loop(), runtime->renew_session(kKey));
  ASSERT_TRUE(fresh);
  EXPECT_NE(fresh->session_id, old);
  EXPECT_FALSE(fresh->entry.contains("status"));
  EXPECT_TRUE(transcript().empty());
  again();
  EXPECT_EQ(runtime->session(kKey)->session_id, fresh->session_id);
  auto job = [](store::Db& db) { return store::load_archives(db, kKey); };
  const auto archives = base::run_until_done(loop(), store->read(std::move(job)));
  ASSERT_TRUE(archives);
  ASSERT_EQ(archives->size(), 1u);
  EXPECT_EQ(archives->front().session_id, old);
  EXPECT_EQ(archives->front().reason, "reset");
  say("r2", "again");
  EXPECT_EQ(transcript().size(), 2u);
}

TEST_F(SessionOps, NothingChangesUnderARun) {
  start();
  Step held = text({"long"});
  held.hold = true;
  script->steps.push_back(std::move(held));
  ASSERT_TRUE(submit(request("r1", "hi")));
  run_until([&] { return script->running == 1; });
  EXPECT_EQ(base::run_until_done(loop(), runtime->renew_session(kKey)).error().kind, base::ErrorKind::busy);
  EXPECT_EQ(base::run_until_done(loop(), runtime->delete_session(kKey, true)).error().kind, base::ErrorKind::busy);
  EXPECT_EQ(base::run_until_done(loop(), runtime->cut_session(kKey, 1)).error().kind, base::ErrorKind::busy);
  ASSERT_TRUE(submit(request("r2", "waits")));
  EXPECT_TRUE(base::run_until_done(loop(), runtime->quiesce(kKey, "rpc", 5'000)));
  EXPECT_TRUE(runtime->active(kKey).empty());
  EXPECT_EQ(base::run_until_done(loop(), runtime->delete_session(kKey, true)), true);
  EXPECT_EQ(base::run_until_done(loop(), runtime->delete_session(kKey, true)), false);
  again();
  EXPECT_EQ(runtime->session(kKey), nullptr);
}

TEST_F(SessionOps, CutKeepsTheNewestAndTheirNumbers) {
  start();
  say("r1", "one");
  say("r2", "two");
  const auto cut = base::run_until_done(loop(), runtime->cut_session(kKey, 3));
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->kept, 3);
  EXPECT_EQ(cut->moved, 1);
  const auto again_cut = base::run_until_done(loop(), runtime->cut_session(kKey, 3));
  EXPECT_EQ(again_cut->moved, 0);
  const auto left = base::run_until_done(loop(), runtime->messages(kKey, 0));
  ASSERT_EQ(left->size(), 3u);
  EXPECT_EQ(left->front().seq, 2);
  say("r3", "three");
  EXPECT_EQ(base::run_until_done(loop(), runtime->messages(kKey, 1))->front().seq, 6);
}

TEST_F(SessionOps, ANoteIsInTheTranscriptAndNotShownToTheModel) {
  start();
  say("r1", "one");
  json::Object body;
  body["role"] = "assistant";
  body["provider"] = "openclaw";
  body["model"] = "gateway-injected";
  body["content"] = json::parse(R"([{"type":"text","text":"note"}])")->as_array();
  ASSERT_TRUE(base::run_until_done(loop(), runtime->append_note(kKey, std::move(body))));
  EXPECT_TRUE(events.has("message assistant 3"));
  say("r2", "two");
  for (const auto& message : script->requests.back().messages) EXPECT_EQ(json::write(message).find("note"), std::string::npos);
}

TEST_F(SessionOps, AnAbortedRunThatNeverBeganStillShowsItsMessage) {
  start();
  Step held = text({"long"});
  held.hold = true;
  script->steps.push_back(std::move(held));
  ASSERT_TRUE(submit(request("r1", "hi")));
  run_until([&] { return script->running == 1; });
  ASSERT_TRUE(submit(request("r2", "waits")));
  EXPECT_TRUE(runtime->abort("r2", "rpc"));
  final("r2");
  EXPECT_TRUE(events.has("message user 2"));
}

}  // namespace
}  // namespace openclaw::agent::testing
