// The mount of the Control UI (OpenClaw protocol 8.5): its bootstrap configuration, avatars, and the files of
// gateway.controlUi.root. Everything that no other route claims and that is asked for with GET is the UI's.
#include <array>
#include <filesystem>

#include "base/encoding.h"
#include "base/strings.h"
#include "crypto/crypto.h"
#include "fs/file.h"
#include "gateway/http/routes.h"

namespace openclaw::gateway {
namespace {

constexpr std::size_t kMaxAsset = 32 << 20;

std::string base_path(const State& state) {
  std::string base(base::trim(state.config.get_string("gateway.controlUi.basePath").value_or("")));
  while (base.ends_with('/')) base.pop_back();
  if (!base.empty() && base.front() != '/') base.insert(base.begin(), '/');
  return base;
}

bool under(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

bool is_probe(std::string_view path) {
  return path == "/health" || path == "/healthz" || path == "/ready" || path == "/readyz";
}

bool is_ui(const State& state, const net::HttpRequest& head) {
  if (head.method != "GET" && head.method != "HEAD") return false;
  if (state.config.get_bool("gateway.controlUi.enabled") == false) return false;
  const std::string base = base_path(state);
  if (!base.empty()) return under(head.path, base);
  return !is_probe(head.path) && !under(head.path, "/api") && !under(head.path, "/plugins");
}

// Inline scripts of a page, by hash: the policy allows these and no others.
std::string script_hashes(std::string_view html) {
  std::string out;
  for (std::size_t at = html.find("<script"); at != std::string_view::npos; at = html.find("<script", at + 1)) {
    const std::size_t open = html.find('>', at);
    const std::size_t close = open == std::string_view::npos ? open : html.find("</script>", open);
    if (close == std::string_view::npos) break;
    const std::string_view tag = html.substr(at, open - at), body = html.substr(open + 1, close - open - 1);
    if (tag.find(" src") == std::string_view::npos && !body.empty()) {
      out += " 'sha256-" + base::base64_encode(crypto::sha256(body)) + "'";
    }
  }
  return out;
}

void page_headers(net::HttpResponse& response, const std::string& hashes = {}) {
  response.extra.emplace_back("X-Frame-Options", "DENY");
  response.extra.emplace_back("Content-Security-Policy",
                              "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; script-src 'self'" + hashes +
                                  "; style-src 'self' 'unsafe-inline' https://fonts.googleapis.com; img-src 'self' data: https:; "
                                  "font-src 'self' https://fonts.gstatic.com; connect-src 'self' ws: wss:");
  response.extra.emplace_back("Cache-Control", "no-cache");
}

struct MediaType {
  std::string_view extension, type;
  bool asset;  // never replaced by the page when missing
};
constexpr std::array<MediaType, 16> kTypes{{
    {".js", "application/javascript; charset=utf-8", true},
    {".css", "text/css; charset=utf-8", true},
    {".json", "application/json; charset=utf-8", true},
    {".map", "application/json; charset=utf-8", true},
    {".svg", "image/svg+xml", true},
    {".png", "image/png", true},
    {".jpg", "image/jpeg", true},
    {".jpeg", "image/jpeg", true},
    {".gif", "image/gif", true},
    {".webp", "image/webp", true},
    {".ico", "image/x-icon", true},
    {".txt", "text/plain; charset=utf-8", true},
    {".html", "text/html; charset=utf-8", false},
    {".woff2", "font/woff2", false},
    {".webmanifest", "application/manifest+json", false},
    {".wasm", "application/wasm", false},
}};

const MediaType* media_type(std::string_view path) {
  for (const auto& entry : kTypes) {
    if (path.ends_with(entry.extension)) return &entry;
  }
  return nullptr;
}

// "%41" -> "A". Nothing for a broken escape, a NUL, or a path that leaves its root.
std::optional<std::string> safe_path(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      out += path[i];
      continue;
    }
    const auto byte = i + 2 < path.size() ? base::hex_decode(path.substr(i + 1, 2)) : std::nullopt;
    if (!byte) return std::nullopt;
    out += *byte;
    i += 2;
  }
  if (out.find('\0') != std::string::npos || out.find('\\') != std::string::npos) return std::nullopt;
  for (const auto& part : base::split(out, '/')) {
    if (part == "..") return std::nullopt;
  }
  return out;
}

// A file below root, links resolved: a link that leaves the root is no file of the UI.
std::optional<std::string> read_asset(const std::string& root, const std::string& relative) {
  std::error_code ec;
  const auto real_root = std::filesystem::canonical(root, ec);
  if (ec) return std::nullopt;
  const auto file = std::filesystem::canonical(real_root / std::filesystem::path(relative).relative_path(), ec);
  if (ec || !std::filesystem::is_regular_file(file, ec) || !file.string().starts_with(real_root.string() + "/")) return std::nullopt;
  if (std::filesystem::file_size(file, ec) > kMaxAsset || ec) return std::nullopt;
  auto text = fs::read_file(file.string());
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

json::Object bootstrap_config(State& state) {
  json::Object out;
  out["basePath"] = base_path(state);
  out["assistantName"] = state.config.get_string("ui.assistant.name").value_or("Assistant");
  out["assistantAvatar"] = state.config.get_string("ui.assistant.avatar").value_or("A");
  return out;
}

void serve_avatar(State& state, const ExchangePtr& exchange) {
  // Agents have no avatar images here yet: the answer is that of an agent without one.
  if (exchange->request().query.find("meta=1") != std::string::npos) {
    json::Object meta;
    meta["avatarUrl"] = nullptr;
    return send(state, exchange, http_json(200, meta));
  }
  send(state, exchange, http_text(404, "Not Found"));
}

void serve_file(State& state, const ExchangePtr& exchange, std::string relative) {
  const auto root = state.config.get_string("gateway.controlUi.root");
  const auto path = safe_path(relative);
  net::HttpResponse missing = http_text(404, "Not Found");
  page_headers(missing);
  if (!path) return send(state, exchange, std::move(missing));
  std::string wanted = *path;
  if (const auto at = wanted.find("/assets/"); at != std::string::npos) wanted.erase(0, at);
  if (wanted.empty() || wanted == "/") wanted = "/index.html";
  std::optional<std::string> body = root ? read_asset(*root, wanted) : std::nullopt;
  const MediaType* type = media_type(wanted);
  if (!body && type && type->asset) return send(state, exchange, std::move(missing));
  if (!body && root) body = read_asset(*root, wanted = "/index.html");
  if (!body) {
    auto response = http_text(503,
                              "The Control UI is not part of this build. Use the command line (openclaw --help), or set "
                              "gateway.controlUi.root to a folder with the UI's files.\n");
    page_headers(response);
    return send(state, exchange, std::move(response));
  }
  type = media_type(wanted);
  net::HttpResponse response;
  response.content_type = type ? std::string(type->type) : "application/octet-stream";
  page_headers(response, wanted.ends_with(".html") ? script_hashes(*body) : "");
  response.body = std::move(*body);
  send(state, exchange, std::move(response));
}

void serve(State& state, ExchangePtr exchange) {
  const auto& request = exchange->request();
  const std::string base = base_path(state);
  if (!base.empty() && request.path == base) {
    net::HttpResponse redirect;
    redirect.status = 302;
    redirect.extra.emplace_back("Location", base + "/" + (request.query.empty() ? "" : "?" + request.query));
    return send(state, exchange, std::move(redirect));
  }
  const std::string relative = request.path.substr(base.size());
  if (relative == "/__openclaw/control-ui-config.json" || relative == "/control-ui-config.json") {
    auto response = http_json(200, bootstrap_config(state));
    page_headers(response);
    return send(state, exchange, std::move(response));
  }
  if (relative.starts_with("/avatar/")) return serve_avatar(state, exchange);
  if (base.empty() && under(relative, "/ui")) {
    auto missing = http_text(404, "Not Found");
    page_headers(missing);
    return send(state, exchange, std::move(missing));
  }
  serve_file(state, exchange, relative);
}

constexpr HttpRoute kRoutes[] = {{is_ui, "GET, HEAD", HttpAuth::none, 0, HttpErrors::text, serve}};

}  // namespace

std::span<const HttpRoute> control_ui_routes() { return kRoutes; }

}  // namespace openclaw::gateway
