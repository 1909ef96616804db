#include "gateway/http/conversation.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/strings.h"

namespace openclaw::gateway {
namespace {

constexpr std::size_t kMaxImages = 8;
constexpr std::size_t kMaxImageBytes = 10'000'000;
constexpr std::size_t kMaxImagesBytes = 20u << 20;
constexpr std::string_view kImageTypes[] = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif"};

}  // namespace

void Conversation::instruct(std::string_view text) {
  const auto trimmed = base::trim(text);
  if (trimmed.empty()) return;
  if (!instructions_.empty()) instructions_ += "\n\n";
  instructions_ += trimmed;
}

void Conversation::user(std::string text) { turns_.push_back(Turn{"User", std::move(text), true}); }
void Conversation::assistant(std::string text) { turns_.push_back(Turn{"Assistant", std::move(text), false}); }
void Conversation::tool(std::string_view name, std::string text) {
  turns_.push_back(Turn{name.empty() ? std::string("Tool") : "Tool:" + std::string(name), std::move(text), true});
}

std::string Conversation::message() const {
  const auto last = std::find_if(turns_.rbegin(), turns_.rend(),
                                 [](const Turn& turn) { return turn.asks && !base::trim(turn.text).empty(); });
  if (last == turns_.rend()) return {};
  std::string history;
  for (auto it = turns_.begin(); it != last.base() - 1; ++it) {
    if (!base::trim(it->text).empty()) history += it->label + ": " + it->text + "\n";
  }
  const std::string current = last->label == "User" ? last->text : last->label + ": " + last->text;
  if (history.empty()) return current;
  return "[Earlier turns of this conversation]\n" + history + "\n[The message to answer]\n" + current;
}

bool split_data_uri(std::string_view uri, std::string& mime_type, std::string_view& base64) {
  if (uri.size() < 5 || !base::equals_ignore_case(uri.substr(0, 5), "data:")) return false;
  const auto comma = uri.find(',');
  if (comma == std::string_view::npos) return false;
  const auto head = uri.substr(5, comma - 5);
  if (head.size() < 7 || !base::equals_ignore_case(head.substr(head.size() - 7), ";base64")) return false;
  const auto type = head.substr(0, head.find(';'));
  mime_type = base::lower_ascii(base::trim(type));
  base64 = uri.substr(comma + 1);
  return true;
}

base::Result<> ImageList::add_data_uri(std::string_view uri) {
  std::string mime_type;
  std::string_view data;
  if (!split_data_uri(base::trim(uri), mime_type, data)) {
    return base::fail(base::ErrorKind::invalid, "an image has to be a data: URI with base64");
  }
  return add(mime_type, data);
}

base::Result<> ImageList::add(std::string_view mime_type, std::string_view base64) {
  const auto refuse = [](std::string why) { return base::fail(base::ErrorKind::invalid, std::move(why)); };
  const auto type = base::lower_ascii(base::trim(mime_type));
  if (std::find(std::begin(kImageTypes), std::end(kImageTypes), type) == std::end(kImageTypes)) {
    return refuse("not an image type that is read here");
  }
  if (blocks_.size() >= kMaxImages) return refuse("more than 8 images");
  if (base64.size() / 4 * 3 > kMaxImageBytes + 3) return refuse("an image is larger than 10 MB");
  const auto bytes = base::base64_decode_any(base64);
  if (!bytes || bytes->empty()) return refuse("an image is not base64");
  if (bytes->size() > kMaxImageBytes) return refuse("an image is larger than 10 MB");
  bytes_ += bytes->size();
  if (bytes_ > kMaxImagesBytes) return refuse("the images are larger than 20 MiB together");
  json::Object block;
  block["type"] = "image";
  block["data"] = base::base64_encode(*bytes);
  block["mimeType"] = type;
  blocks_.push_back(std::move(block));
  return {};
}

}  // namespace openclaw::gateway
