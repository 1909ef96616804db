#include "approvals/file.h"

#include "crypto/crypto.h"
#include "../support/temp_dir.h"

#include <gtest/gtest.h>

namespace openclaw::approvals {
namespace {

ApprovalsFile file_of(std::string_view text) {
  auto file = ApprovalsFile::parse(text, "test");
  EXPECT_TRUE(file) << (file ? "" : file.error().message);
  return file ? *file : ApprovalsFile();
}

std::string error_of(std::string_view text) {
  auto file = ApprovalsFile::parse(text, "approvals.json");
  return file ? "" : file.error().message;
}

TEST(ApprovalsFileTest, MissingIsEmptyAndMalformedIsAnError) {
  test::TempDir dir;
  auto none = load_approvals(dir / "exec-approvals.json");
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->exists);
  EXPECT_EQ(none->hash, crypto::sha256_hex(""));
  EXPECT_EQ(json::write(none->file.document()), R"({"version":1})");

  dir.write("exec-approvals.json", "{ nonsense");
  auto bad = load_approvals(dir / "exec-approvals.json");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().kind, base::ErrorKind::config);
  EXPECT_NE(bad.error().message.find(dir / "exec-approvals.json"), std::string::npos) << bad.error().message;
  EXPECT_NE(bad.error().hint.find("mend or remove"), std::string::npos);
}

TEST(ApprovalsFileTest, AMisspeltWordIsNotTakenForFull) {
  EXPECT_EQ(error_of(R"({"version":1,"defaults":{"security":"alowlist"}})"),
            "approvals.json: defaults.security must be one of deny, allowlist, full");
  EXPECT_EQ(error_of(R"({"agents":{"main":{"ask":true}}})"),
            "approvals.json: agents.main.ask must be one of off, on-miss, always");
  EXPECT_EQ(error_of(R"({"agents":{"main":{"allowlist":{}}}})"),
            "approvals.json: agents.main.allowlist must be a list");
  EXPECT_EQ(error_of(R"({"agents":{"main":[]}})"), "approvals.json: agents.main must be an object");
  EXPECT_EQ(error_of(R"({"agents":[]})"), "approvals.json: agents must be an object");
  EXPECT_EQ(error_of(R"({"version":2})"), "approvals.json: version must be 1");
  EXPECT_EQ(error_of("[]"), "approvals.json: must be a JSON object");
}

TEST(ApprovalsFileTest, LegacyDefaultAgentIsMain) {
  const auto policy = file_of(R"({"agents":{"default":{"security":"deny","ask":"always","allowlist":["/a"]},
      "main":{"security":"allowlist","allowlist":["/b"]},"*":{"allowlist":["/c"]}}})")
                          .policy("main");
  EXPECT_EQ(policy.agent.security, Security::allowlist);
  EXPECT_EQ(policy.agent.ask, Ask::always);
  ASSERT_EQ(policy.allowlist.size(), 3u);
  EXPECT_EQ(policy.allowlist[0].pattern, "/c");
  EXPECT_EQ(policy.allowlist[1].pattern, "/b");
  EXPECT_EQ(policy.allowlist[2].pattern, "/a");
}

TEST(ApprovalsFileTest, AnEntryLimitedToArgumentsIsLeftOut) {
  const auto policy =
      file_of(R"({"agents":{"main":{"allowlist":[{"pattern":"/a","argPattern":"-n .*"}]}}})").policy("main");
  EXPECT_TRUE(policy.allowlist.empty());
}

TEST(EffectivePolicyTest, TheStricterWins) {
  const auto open = file_of("{}").policy("main");
  EffectivePolicy p = effective_policy(Security::allowlist, Ask::on_miss, open);
  EXPECT_EQ(p.security, Security::allowlist);
  EXPECT_EQ(p.ask, Ask::on_miss);  // the file's "off" is only built in

  const auto strict = file_of(R"({"defaults":{"security":"deny","ask":"always"}})").policy("main");
  p = effective_policy(Security::full, Ask::off, strict);
  EXPECT_EQ(p.security, Security::deny);
  EXPECT_EQ(p.ask, Ask::always);

  const auto off = file_of(R"({"agents":{"main":{"ask":"off"}}})").policy("main");
  EXPECT_EQ(effective_policy(Security::allowlist, Ask::always, off).ask, Ask::off);
}

TEST(StoreApprovals, NeedsTheHashOfWhatIsThere) {
  test::TempDir dir;
  const std::string path = dir / "state/exec-approvals.json";
  const auto reason = [&](std::optional<std::string> hash) {
    auto r = store_approvals(path, ApprovalsFile(), hash);
    return r ? std::string("stored") : r.error().message;
  };
  EXPECT_EQ(reason(std::nullopt), "exec approvals base hash unavailable; reload and retry");
  EXPECT_EQ(reason("bad"), "exec approvals base hash unavailable; reload and retry");
  EXPECT_EQ(reason(crypto::sha256_hex("")), "stored");
  EXPECT_EQ(reason(std::nullopt), "exec approvals base hash required; reload and retry");
  EXPECT_EQ(reason(" "), "exec approvals base hash required; reload and retry");
  EXPECT_EQ(reason("bad"), "exec approvals changed; reload and retry");
  struct stat st{};
  ASSERT_EQ(::stat(path.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
}

TEST(StoreApprovals, KeepsSocketAndUnknownKeys) {
  test::TempDir dir;
  dir.write("f.json", R"({"version":1,"socket":{"path":"/s","token":"secret"}})");
  auto before = load_approvals(dir / "f.json");
  ASSERT_TRUE(before);
  EXPECT_EQ(json::write(before->file.public_document()), R"({"version":1,"socket":{"path":"/s"}})");
  auto after = store_approvals(dir / "f.json", file_of(R"({"version":1,"future":{"x":1}})"), before->hash);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(json::write(after->file.document()),
            R"({"version":1,"future":{"x":1},"socket":{"path":"/s","token":"secret"}})");
  EXPECT_NE(after->hash, before->hash);
}

TEST(Policy, WordsRoundTrip) {
  for (const char* word : {"deny", "allowlist", "full"}) EXPECT_EQ(to_text(*parse_security(word)), word);
  for (const char* word : {"off", "on-miss", "always"}) EXPECT_EQ(to_text(*parse_ask(word)), word);
  EXPECT_FALSE(parse_security("Full"));
  EXPECT_FALSE(parse_ask(""));
}

}  // namespace
}  // namespace openclaw::approvals
