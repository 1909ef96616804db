// Test data: vector areas and transcript lines.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"
#include "fs/file.h"
#include "json/json.h"

namespace openclaw::test {

inline std::string data_path(const std::string& relative) { return std::string(OPENCLAW_TEST_DATA) + "/" + relative; }

inline json::Array vector_cases(const std::string& area) {
  auto text = fs::read_file(data_path("vectors/" + area + ".json"));
  if (!text) {
    ADD_FAILURE() << text.error().message;
    return {};
  }
  auto value = json::parse(*text);
  if (!value) {
    ADD_FAILURE() << value.error().message;
    return {};
  }
  return value->at("cases").as_array();
}

inline std::vector<json::Object> transcript(const std::string& relative) {
  std::vector<json::Object> out;
  auto text = fs::read_file(data_path("transcripts/" + relative));
  if (!text) {
    ADD_FAILURE() << text.error().message;
    return out;
  }
  for (const auto& line : base::split(*text, '\n')) {
    if (line.empty()) continue;
    auto value = json::parse(line);
    if (value) out.push_back(value->as_object());
    else ADD_FAILURE() << relative << ": " << value.error().message;
  }
  return out;
}

}  // namespace openclaw::test
