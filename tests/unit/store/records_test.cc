// Every repository function, on a database in memory.
#include "store/records.h"

#include "store/channels.h"
#include "store/runs.h"
#include "store/sessions.h"

#include <gtest/gtest.h>

namespace openclaw::store {
namespace {

using base::ErrorKind;

class Repositories : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Db::open(":memory:");
    ASSERT_TRUE(opened) << opened.error().message;
    db_ = std::move(*opened);
    ASSERT_TRUE(db_->migrate());
  }
  std::int64_t count(const std::string& from) {
    std::int64_t out = -1;
    EXPECT_TRUE(db_->each("SELECT count(*) FROM " + from, {}, [&](const Row& row) {
      out = row.integer(0);
      return false;
    }));
    return out;
  }
  std::unique_ptr<Db> db_;
};

json::Object text_body(std::string_view text) {
  json::Object body;
  body["role"] = "user";
  body["content"] = text;
  return body;
}

RunRecord make_run(const std::string& id, std::int64_t created_at) {
  RunRecord run;
  run.run_id = id;
  run.kind = "chat";
  run.session_key = "agent:main:main";
  run.request["message"] = "hello";
  run.created_at = created_at;
  return run;
}

TEST_F(Repositories, SessionsNewestFirstAndReplaced) {
  EXPECT_TRUE(load_sessions(*db_)->empty());
  for (int i = 1; i <= 3; ++i) {
    SessionRecord session;
    session.key = "agent:main:s" + std::to_string(i);
    session.session_id = "id" + std::to_string(i);
    session.agent_id = "main";
    session.updated_at = i * 100;
    session.entry["status"] = "idle";
    ASSERT_TRUE(put_session(*db_, session));
  }
  SessionRecord changed;
  changed.key = "agent:main:s1";
  changed.session_id = "new";
  changed.agent_id = "other";
  changed.updated_at = 999;
  changed.entry["z"] = 1;
  changed.entry["a"] = nullptr;
  ASSERT_TRUE(put_session(*db_, changed));
  auto sessions = load_sessions(*db_);
  ASSERT_TRUE(sessions);
  ASSERT_EQ(sessions->size(), 3u);
  EXPECT_EQ((*sessions)[0].key, "agent:main:s1");
  EXPECT_EQ((*sessions)[0].session_id, "new");
  EXPECT_EQ((*sessions)[0].agent_id, "other");
  EXPECT_EQ((*sessions)[0].updated_at, 999);
  EXPECT_EQ(json::write((*sessions)[0].entry), R"({"z":1,"a":null})");
  EXPECT_EQ((*sessions)[1].key, "agent:main:s3");
  EXPECT_EQ((*sessions)[2].key, "agent:main:s2");
}

TEST_F(Repositories, MessagesCountWithinTheirSession) {
  for (int i = 1; i <= 5; ++i) {
    auto message = append_message(*db_, "one", text_body(std::to_string(i)), 1000 + i);
    ASSERT_TRUE(message) << message.error().message;
    EXPECT_EQ(message->seq, i);
    EXPECT_EQ(message->ts, 1000 + i);
    EXPECT_EQ(message->id.size(), 8u);
    EXPECT_EQ(message->id.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(json::get_string_or(message->body, "content", ""), std::to_string(i));
  }
  ASSERT_EQ(append_message(*db_, "two", text_body("x"), 1)->seq, 1);
  EXPECT_EQ(*count_messages(*db_, "one"), 5);
  EXPECT_EQ(*count_messages(*db_, "two"), 1);
  EXPECT_EQ(*count_messages(*db_, "none"), 0);
  auto all = load_messages(*db_, "one", 0);
  ASSERT_EQ(all->size(), 5u);
  for (int i = 0; i < 5; ++i) EXPECT_EQ((*all)[static_cast<std::size_t>(i)].seq, i + 1);
  auto last = load_messages(*db_, "one", 2);
  ASSERT_EQ(last->size(), 2u);
  EXPECT_EQ((*last)[0].seq, 4);
  EXPECT_EQ((*last)[1].seq, 5);
  EXPECT_EQ(json::get_string_or((*last)[1].body, "content", ""), "5");
  EXPECT_EQ((*last)[1].id, (*all)[4].id);
  EXPECT_TRUE(load_messages(*db_, "none", 10)->empty());
}

TEST_F(Repositories, WhatWasWrittenCanBeReadHoweverOdd) {
  json::Value deep = json::Object();
  for (int i = 0; i < 200; ++i) {
    json::Object outer;
    outer["in"] = std::move(deep);
    deep = std::move(outer);
  }
  json::Object body = deep.get_object();
  body["bytes"] = std::string("\xff\xfe\x00 end", 7);
  ASSERT_TRUE(append_message(*db_, "odd", body, 1));
  auto messages = load_messages(*db_, "odd", 0);
  ASSERT_TRUE(messages) << messages.error().message;
  EXPECT_EQ((*messages)[0].body, body);
}

TEST_F(Repositories, DamagedRowIsAnErrorThatNamesIt) {
  ASSERT_TRUE(append_message(*db_, "one", text_body("x"), 1));
  ASSERT_TRUE(db_->run("UPDATE messages SET body = '{\"role\":'"));
  auto messages = load_messages(*db_, "one", 0);
  ASSERT_FALSE(messages);
  EXPECT_EQ(messages.error().kind, ErrorKind::invalid);
  EXPECT_NE(messages.error().message.find("message 1 of session one is damaged"), std::string::npos);
}

TEST_F(Repositories, RunFromAcceptedToDone) {
  ASSERT_TRUE(insert_run(*db_, make_run("r1", 10)));
  auto again = insert_run(*db_, make_run("r1", 11));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::busy);

  auto run = find_run(*db_, "r1");
  ASSERT_TRUE(run && *run);
  EXPECT_EQ((*run)->state, RunState::accepted);
  EXPECT_EQ((*run)->kind, "chat");
  EXPECT_EQ((*run)->session_key, "agent:main:main");
  EXPECT_EQ(json::write((*run)->request), R"({"message":"hello"})");
  EXPECT_EQ((*run)->created_at, 10);
  EXPECT_TRUE((*run)->result.is_null());

  ASSERT_TRUE(mark_run_started(*db_, "r1", 20));
  ASSERT_TRUE(save_partial(*db_, "r1", "half an ans"));
  run = find_run(*db_, "r1");
  EXPECT_EQ((*run)->state, RunState::running);
  EXPECT_EQ((*run)->started_at, 20);
  EXPECT_EQ((*run)->partial_text, "half an ans");

  json::Object result;
  result["status"] = "ok";
  ASSERT_TRUE(finish_run(*db_, "r1", result, 30));
  run = find_run(*db_, "r1");
  EXPECT_EQ((*run)->state, RunState::done);
  EXPECT_EQ((*run)->ended_at, 30);
  EXPECT_EQ(json::write((*run)->result), R"({"status":"ok"})");
  EXPECT_EQ((*run)->partial_text, "half an ans");
}

TEST_F(Repositories, EndedRunStaysAsItEnded) {
  ASSERT_TRUE(insert_run(*db_, make_run("r1", 10)));
  const json::Value first = "first";
  const json::Value second = "second";
  ASSERT_TRUE(finish_run(*db_, "r1", first, 30));
  EXPECT_EQ(finish_run(*db_, "r1", second, 40).error().kind, ErrorKind::failed);
  EXPECT_EQ(save_partial(*db_, "r1", "late").error().kind, ErrorKind::failed);
  EXPECT_EQ(mark_run_started(*db_, "r1", 40).error().kind, ErrorKind::failed);
  EXPECT_EQ((*find_run(*db_, "r1"))->result, first);
  EXPECT_EQ((*find_run(*db_, "r1"))->partial_text, "");
  EXPECT_EQ(finish_run(*db_, "none", first, 1).error().kind, ErrorKind::not_found);
  EXPECT_FALSE(find_run(*db_, "none")->has_value());
}

TEST_F(Repositories, UnfinishedRunsOldestFirst) {
  ASSERT_TRUE(insert_run(*db_, make_run("young", 30)));
  ASSERT_TRUE(insert_run(*db_, make_run("old", 10)));
  ASSERT_TRUE(insert_run(*db_, make_run("done", 20)));
  ASSERT_TRUE(insert_run(*db_, make_run("same-age", 10)));
  ASSERT_TRUE(mark_run_started(*db_, "old", 40));
  ASSERT_TRUE(finish_run(*db_, "done", json::Value(), 50));
  auto runs = unfinished_runs(*db_);
  ASSERT_TRUE(runs);
  ASSERT_EQ(runs->size(), 3u);
  EXPECT_EQ((*runs)[0].run_id, "old");
  EXPECT_EQ((*runs)[0].state, RunState::running);
  EXPECT_EQ((*runs)[1].run_id, "same-age");
  EXPECT_EQ((*runs)[2].run_id, "young");
}

TEST_F(Repositories, IdempotentResults) {
  EXPECT_FALSE(find_idempotent(*db_, "send:k")->has_value());
  json::Object result;
  result["messageId"] = 7;
  ASSERT_TRUE(put_idempotent(*db_, "send:k", result, 1));
  EXPECT_EQ(json::write(**find_idempotent(*db_, "send:k")), R"({"messageId":7})");
  ASSERT_TRUE(put_idempotent(*db_, "send:k", json::Value(), 2));
  auto found = find_idempotent(*db_, "send:k");
  ASSERT_TRUE(found->has_value()) << "a null result is a result";
  EXPECT_TRUE((*found)->is_null());
  EXPECT_FALSE(find_idempotent(*db_, "agent:k")->has_value());
}

TEST_F(Repositories, PruneByAgeIsSevenDays) {
  const std::int64_t week = 7LL * 24 * 3600 * 1000;
  const std::int64_t now = 100 * week;
  ASSERT_TRUE(put_idempotent(*db_, "a:old", 1, now - week - 1));
  ASSERT_TRUE(put_idempotent(*db_, "a:edge", 2, now - week));
  ASSERT_TRUE(insert_run(*db_, make_run("old-done", 1)));
  ASSERT_TRUE(insert_run(*db_, make_run("edge-done", 1)));
  ASSERT_TRUE(insert_run(*db_, make_run("old-unfinished", 1)));
  ASSERT_TRUE(finish_run(*db_, "old-done", 1, now - week - 1));
  ASSERT_TRUE(finish_run(*db_, "edge-done", 1, now - week));
  ASSERT_TRUE(prune_idempotent(*db_, now));
  EXPECT_FALSE(find_idempotent(*db_, "a:old")->has_value());
  EXPECT_TRUE(find_idempotent(*db_, "a:edge")->has_value());
  EXPECT_FALSE(find_run(*db_, "old-done")->has_value());
  EXPECT_TRUE(find_run(*db_, "edge-done")->has_value());
  EXPECT_TRUE(find_run(*db_, "old-unfinished")->has_value());
}

TEST_F(Repositories, PruneByCountKeepsTheNewest) {
  IdempotencyBound bound;
  EXPECT_EQ(bound.entries, 100'000);
  bound.entries = 3;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(put_idempotent(*db_, "a:" + std::to_string(i), i, 1000 + i / 2));
    ASSERT_TRUE(insert_run(*db_, make_run("r" + std::to_string(i), i)));
    ASSERT_TRUE(finish_run(*db_, "r" + std::to_string(i), i, 1000 + i / 2));
  }
  ASSERT_TRUE(prune_idempotent(*db_, 2000, bound));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(find_idempotent(*db_, "a:" + std::to_string(i))->has_value(), i >= 2) << i;
    EXPECT_EQ(find_run(*db_, "r" + std::to_string(i))->has_value(), i >= 2) << i;
  }
  ASSERT_TRUE(prune_idempotent(*db_, 2000, bound));
  EXPECT_EQ(count("idempotency"), 3);
}

TEST_F(Repositories, RecordsByKind) {
  json::Object body;
  body["publicKey"] = "k";
  ASSERT_TRUE(put_record(*db_, "device", "b", body));
  ASSERT_TRUE(put_record(*db_, "device", "a", body));
  ASSERT_TRUE(put_record(*db_, "node", "a", body));
  body["publicKey"] = "other";
  ASSERT_TRUE(put_record(*db_, "device", "a", body));
  auto devices = load_records(*db_, "device");
  ASSERT_TRUE(devices);
  ASSERT_EQ(devices->size(), 2u);
  EXPECT_EQ((*devices)[0].first, "a");
  EXPECT_EQ(json::write((*devices)[0].second), R"({"publicKey":"other"})");
  EXPECT_EQ(json::write((*devices)[1].second), R"({"publicKey":"k"})");
  ASSERT_TRUE(delete_record(*db_, "device", "a"));
  ASSERT_TRUE(delete_record(*db_, "device", "a")) << "deleting what is gone is not an error";
  EXPECT_EQ(load_records(*db_, "device")->size(), 1u);
  EXPECT_EQ(load_records(*db_, "node")->size(), 1u);
  EXPECT_TRUE(load_records(*db_, "meta")->empty());
}

TEST_F(Repositories, OffsetsByAccount) {
  EXPECT_FALSE(load_offset(*db_, "telegram", "default")->has_value());
  ASSERT_TRUE(put_offset(*db_, "telegram", "default", 41));
  ASSERT_TRUE(put_offset(*db_, "telegram", "second", 7));
  ASSERT_TRUE(put_offset(*db_, "telegram", "default", 42));
  EXPECT_EQ(**load_offset(*db_, "telegram", "default"), 42);
  EXPECT_EQ(**load_offset(*db_, "telegram", "second"), 7);
}

OutboxRecord outgoing(const std::string& account, const std::string& text) {
  OutboxRecord record;
  record.channel = "telegram";
  record.account = account;
  record.lane = "chat1";
  record.payload["text"] = text;
  record.created_at = 5;
  return record;
}

TEST_F(Repositories, OutboxInOrderUntilConfirmed) {
  auto first = push_outbox(*db_, outgoing("default", "1"));
  auto second = push_outbox(*db_, outgoing("default", "2"));
  auto elsewhere = push_outbox(*db_, outgoing("other", "3"));
  ASSERT_TRUE(first && second && elsewhere);
  ASSERT_TRUE(outbox_retry(*db_, *first, 900, "timeout"));
  auto queue = load_outbox(*db_, "telegram", "default");
  ASSERT_TRUE(queue);
  ASSERT_EQ(queue->size(), 2u);
  EXPECT_EQ((*queue)[0].id, *first);
  EXPECT_EQ((*queue)[0].channel, "telegram");
  EXPECT_EQ((*queue)[0].account, "default");
  EXPECT_EQ((*queue)[0].lane, "chat1");
  EXPECT_EQ(json::write((*queue)[0].payload), R"({"text":"1"})");
  EXPECT_EQ((*queue)[0].attempts, 1);
  EXPECT_EQ((*queue)[0].created_at, 5);
  EXPECT_EQ((*queue)[0].next_at, 900);
  EXPECT_EQ((*queue)[0].last_error, "timeout");
  EXPECT_EQ((*queue)[1].id, *second);
  EXPECT_EQ((*queue)[1].attempts, 0);

  ASSERT_TRUE(outbox_delivered(*db_, *second));
  EXPECT_EQ(outbox_delivered(*db_, *second).error().kind, ErrorKind::not_found);
  ASSERT_TRUE(outbox_poisoned(*db_, *first, "chat not found"));
  EXPECT_TRUE(load_outbox(*db_, "telegram", "default")->empty());
  EXPECT_EQ(load_outbox(*db_, "telegram", "other")->size(), 1u);
  EXPECT_EQ(count("outbox WHERE poisoned = 1 AND attempts = 2 AND last_error = 'chat not found'"), 1);
  EXPECT_EQ(outbox_retry(*db_, *first, 1, "").error().kind, ErrorKind::not_found);
  auto next = push_outbox(*db_, outgoing("default", "4"));
  EXPECT_GT(*next, *elsewhere) << "ids are never used twice";
}

TEST_F(Repositories, PoisonedMessagesAreBounded) {
  ASSERT_TRUE(outbox_poisoned(*db_, *push_outbox(*db_, outgoing("other", "kept")), "refused"));
  std::int64_t last = 0;
  for (int i = 0; i < kPoisonedKept + 5; ++i) {
    last = *push_outbox(*db_, outgoing("default", std::to_string(i)));
    ASSERT_TRUE(outbox_poisoned(*db_, last, "refused"));
  }
  ASSERT_TRUE(push_outbox(*db_, outgoing("default", "waiting")));
  EXPECT_EQ(count("outbox WHERE account = 'default' AND poisoned = 1"), kPoisonedKept);
  EXPECT_EQ(count("outbox WHERE poisoned = 1 AND id = " + std::to_string(last)), 1);
  EXPECT_EQ(count("outbox WHERE account = 'other'"), 1);
  EXPECT_EQ(load_outbox(*db_, "telegram", "default")->size(), 1u);
}

}  // namespace
}  // namespace openclaw::store
