#include "protocol/frame.h"

#include "protocol/schema.h"

namespace openclaw::protocol {
namespace {

constexpr std::string_view kReq[] = {"req"};
constexpr Field kFrameFields[] = {
    {.name = "type", .type = Type::string, .required = true, .one_of = kReq},
    req_str("id"),
    req_str("method"),
    opt_any("params"),
};

std::string_view view(const boost::json::string& text) { return {text.data(), text.size()}; }

// The usual frame, checked without building the list of every possible complaint.
std::optional<RequestFrame> quick(const json::Object& object, bool open) {
  RequestFrame frame;
  std::size_t seen = 0;
  for (const auto& [key, value] : object) {
    if (key == "type") {
      if (!value.is_string() || value.get_string() != "req") return std::nullopt;
    } else if (key == "id") {
      if (!value.is_string() || value.get_string().empty()) return std::nullopt;
      frame.id = view(value.get_string());
    } else if (key == "method") {
      if (!value.is_string() || value.get_string().empty()) return std::nullopt;
      frame.method = view(value.get_string());
    } else if (key == "params") {
      frame.params = &value;
      continue;
    } else {
      if (!open) return std::nullopt;
      continue;
    }
    ++seen;
  }
  if (seen != 3) return std::nullopt;
  return frame;
}

bool offers_protocol_4(const json::Object& object) {
  const auto* params = json::get_object(object, "params");
  return params && json::get_int(*params, "maxProtocol").value_or(0) >= 4;
}

}  // namespace

IncomingFrame::IncomingFrame(std::string_view text, FrameRule rule) : memory_(first_, sizeof first_) {
  boost::system::error_code ec;
  boost::json::parse_options options;
  options.max_depth = 64;
  value_ = boost::json::parse(text, ec, &memory_, options);
  if (ec) return;
  json_ = true;
  bool open = rule == FrameRule::open;
  if (const auto* object = value_.if_object()) {
    open = open || (rule == FrameRule::by_offer && offers_protocol_4(*object));
    request_ = quick(*object, open);
  }
  if (!request_) problem_ = validate(Schema{kFrameFields, open}, value_, open ? 4 : 3);
}

std::string IncomingFrame::answer_id_json() const {
  if (const auto* object = value_.if_object()) {
    if (const auto* id = json::find(*object, "id"); id && !id->is_null()) return json::write(*id);
  }
  return "\"invalid\"";
}

std::string quote(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (u < 0x20) {
      out += "\\u00";
      out += kHex[u >> 4];
      out += kHex[u & 15];
    } else {
      out += c;
    }
  }
  out += '"';
  return out;
}

std::string response_text(std::string_view id, std::string_view payload_json) {
  std::string out;
  out.reserve(id.size() + payload_json.size() + 48);
  out += R"({"type":"res","id":)";
  out += quote(id);
  out += R"(,"ok":true)";
  if (!payload_json.empty()) {
    out += R"(,"payload":)";
    out += payload_json;
  }
  out += '}';
  return out;
}

std::string error_text(std::string_view id, const WireError& error) { return error_text_for(quote(id), error); }

std::string error_text_for(std::string_view id_json, const WireError& error) {
  return R"({"type":"res","id":)" + std::string(id_json) + R"(,"ok":false,"error":)" + json::write(to_json(error)) + "}";
}

std::shared_ptr<const std::string> event_head(std::string_view event, std::string_view payload_json) {
  auto head = std::make_shared<std::string>();
  head->reserve(event.size() + payload_json.size() + 40);
  *head += R"({"type":"event","event":)";
  *head += quote(event);
  *head += R"(,"payload":)";
  *head += payload_json;
  return head;
}

}  // namespace openclaw::protocol
