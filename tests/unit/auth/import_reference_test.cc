#include "auth/import_reference.h"

#include "../support/data.h"
#include "auth/devices.h"
#include "base/random.h"
#include "fs/file.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace openclaw::auth {
namespace {

constexpr std::int64_t kNow = 1'795'500'900'000;  // seconds after the samples were taken
const std::string kPhone = "663c1d9415ad57e562d6d1ddf892dff91512406a6d2d99676df5499e88f776e4";

class ImportReference : public ::testing::Test {
 protected:
  ImportReference() : dir_("/tmp/openclaw-import-" + base::random_hex(8)) {}
  ~ImportReference() override { std::filesystem::remove_all(dir_); }
  void put(const std::string& name, const std::string& text) {
    ASSERT_TRUE(fs::make_directories(fs::parent(dir_ + "/" + name)));
    ASSERT_TRUE(fs::write_atomic(dir_ + "/" + name, text));
  }
  static std::string sample(const std::string& name) {
    const auto text = fs::read_file(std::string(OPENCLAW_TEST_DATA) + "/transcripts/state-files/" + name);
    return text ? *text : "";
  }
  DeviceBook book(const ImportedPairing& import) {
    DeviceBook out;
    for (const auto& record : import.records) {
      if (record.kind == "device") out.load_paired(record.body);
      if (record.kind == "device-pending") out.load_pending(record.body);
      if (record.kind == "bootstrap") out.bootstrap().load(*BootstrapToken::from_json(record.body), kNow);
    }
    return out;
  }
  std::string dir_;
};

TEST_F(ImportReference, NothingToImport) {
  const auto import = import_reference_pairing(dir_, kNow);
  EXPECT_TRUE(import.records.empty());
  EXPECT_TRUE(import.problems.empty());
}

TEST_F(ImportReference, TheReferencesOwnFiles) {
  put("devices/paired.json", sample("devices-paired.json"));
  put("nodes/paired.json", sample("nodes-paired.json"));
  put("nodes/pending.json", sample("nodes-pending.json"));
  const auto import = import_reference_pairing(dir_, kNow);
  EXPECT_TRUE(import.problems.empty()) << import.problems[0];
  const auto all = book(import);
  EXPECT_EQ(all.paired().size(), 2u);
  const auto* cli = all.find("ac4df6ca87b191480b111870d1029c7f70926884dc361396bdc6ba64e3fc4e1f");
  ASSERT_NE(cli, nullptr);
  EXPECT_EQ(cli->tokens.at("operator").token, "<DEVICE_TOKEN>");
  EXPECT_EQ(cli->approved_scopes.size(), 5u);
  const auto* phone = all.find(kPhone);
  ASSERT_NE(phone, nullptr);
  EXPECT_EQ(phone->display_name, "Renamed");
  EXPECT_EQ(phone->approval->commands.size(), 4u);
  ASSERT_EQ(all.pending(kNow).size(), 1u);
  EXPECT_TRUE(all.pending(kNow)[0]->commands_only);
  EXPECT_TRUE(import_reference_pairing(dir_, kNow + 600'000).records.size() == 3)
      << "expired requests stay behind";
}

TEST_F(ImportReference, BrokenFilesAreNamedAndSkipped) {
  put("devices/paired.json", "{ not json");
  put("devices/pending.json", "[]");
  put("nodes/paired.json", R"({"a":5,"b":{"nodeId":"c"},"n":{"nodeId":"n","token":"t"}})");
  const auto import = import_reference_pairing(dir_, kNow);
  ASSERT_EQ(import.problems.size(), 3u);
  EXPECT_EQ(import.problems[1], "nodes/paired.json: 2 of 3 entries are malformed and were skipped");
  EXPECT_EQ(import.problems[2], "devices/pending.json: is no object");
  ASSERT_EQ(import.records.size(), 1u);
  EXPECT_EQ(import.records[0].id, "n");
}

TEST_F(ImportReference, AKeyThatDoesNotBelongToItsIdIsNoDevice) {
  auto text = sample("devices-paired.json");
  const auto at = text.find("XpJ4oz9X");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 8, "YpJ4oz9X");
  put("devices/paired.json", text);
  const auto import = import_reference_pairing(dir_, kNow);
  EXPECT_EQ(import.records.size(), 1u);
  EXPECT_EQ(import.problems.size(), 1u);
}

TEST_F(ImportReference, BootstrapTokensAreKeptAsHashes) {
  put("devices/bootstrap.json",
      R"({"secret-token":{"token":"secret-token","ts":1,"profile":{"roles":["node"],"scopes":[]},"issuedAtMs":)" +
          std::to_string(kNow - 1000) + "}}");
  const auto import = import_reference_pairing(dir_, kNow);
  ASSERT_EQ(import.records.size(), 1u);
  EXPECT_EQ(json::write(import.records[0].body).find("secret-token"), std::string::npos);
  EXPECT_TRUE(book(import).bootstrap().verify({"secret-token", "d", "k", "node", {}}, kNow));
  EXPECT_TRUE(import_reference_pairing(dir_, kNow + kBootstrapTtlMs).records.empty());
}

}  // namespace
}  // namespace openclaw::auth
