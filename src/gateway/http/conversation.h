// A conversation as clients of other APIs send it, made into what one run takes: one message, the earlier turns as lines
// before it, extra instructions, images (OpenClaw protocol 8.3). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace openclaw::gateway {

class Conversation {
 public:
  void instruct(std::string_view text);  // system and developer messages
  void user(std::string text);
  void assistant(std::string text);
  void tool(std::string_view name, std::string text);

  std::string instructions() const { return instructions_; }
  // The last turn of a user or a tool, with the turns before it; empty when there is none that says something.
  std::string message() const;

 private:
  struct Turn {
    std::string label, text;
    bool asks = false;  // a user's or a tool's
  };
  std::string instructions_;
  std::vector<Turn> turns_;
};

// Images of one message, counted and bounded: 8, 10 MB each, 20 MiB together.
class ImageList {
 public:
  // "data:image/png;base64,...". Errors: invalid.
  base::Result<> add_data_uri(std::string_view uri);
  base::Result<> add(std::string_view mime_type, std::string_view base64);
  bool empty() const { return blocks_.empty(); }
  json::Array take() { return std::move(blocks_); }

 private:
  json::Array blocks_;  // {"type":"image","data","mimeType"}
  std::size_t bytes_ = 0;
};

// "data:<mime>;base64,<data>" taken apart; false when it is something else. The mime type comes in lower case.
bool split_data_uri(std::string_view uri, std::string& mime_type, std::string_view& base64);

// What stands for the text of a message that consists of images.
inline constexpr std::string_view kImagesOnly = "(The message consists of the attached images.)";

}  // namespace openclaw::gateway
