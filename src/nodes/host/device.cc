#include "nodes/host/device.h"

#include "base/strings.h"
#include "base/version.h"
#include "fs/file.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <vector>

namespace openclaw::nodes {
namespace {

constexpr std::size_t kMaxTable = 65'536;

std::string read_line(const std::string& path) {
  auto text = fs::read_file(path, kMaxTable);
  if (!text) return {};
  // Device-tree strings end in NUL.
  const std::string_view first =
      std::string_view(*text).substr(0, text->find_first_of(std::string_view("\n\0", 2)));
  return std::string(base::trim(first));
}

std::vector<std::string> entries(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code ec;
  std::filesystem::directory_iterator it(folder, ec), end;
  for (; !ec && it != end; it.increment(ec)) out.push_back(it->path().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::string name_of(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

json::Object battery(const std::string& root) {
  json::Object out;
  for (const std::string& supply : entries(root + "/sys/class/power_supply")) {
    if (read_line(supply + "/type") != "Battery" || read_line(supply + "/scope") == "Device") continue;
    if (const auto percent = base::parse_int(read_line(supply + "/capacity"))) {
      out["level"] = static_cast<double>(std::clamp<std::int64_t>(*percent, 0, 100)) / 100.0;
    }
    const std::string status = read_line(supply + "/status");
    out["state"] = status == "Charging"      ? "charging"
                   : status == "Full"        ? "full"
                   : status == "Discharging" ? "unplugged"
                                             : "unknown";
    break;
  }
  if (!out.contains("state")) out["state"] = "unknown";
  out["lowPowerModeEnabled"] = read_line(root + "/sys/firmware/acpi/platform_profile") == "low-power";
  return out;
}

// The worst zone counts, against its own trip points where it has them.
json::Object thermal(const std::string& root) {
  int worst = 0;
  for (const std::string& zone : entries(root + "/sys/class/thermal")) {
    if (!name_of(zone).starts_with("thermal_zone")) continue;
    const auto now = base::parse_int(read_line(zone + "/temp"));
    if (!now) continue;
    std::int64_t critical = 100'000;
    for (int trip = 0; trip < 16; ++trip) {
      const std::string base_name = zone + "/trip_point_" + std::to_string(trip);
      const std::string type = read_line(base_name + "_type");
      if (type.empty()) break;
      const auto limit = base::parse_int(read_line(base_name + "_temp"));
      if (type == "critical" && limit && *limit > 0) critical = *limit;
    }
    const std::int64_t room = critical - *now;  // millidegrees
    worst = std::max(worst, room <= 0 ? 3 : room <= 10'000 ? 2 : room <= 20'000 ? 1 : 0);
  }
  static constexpr const char* kStates[] = {"nominal", "fair", "serious", "critical"};
  json::Object out;
  out["state"] = kStates[worst];
  return out;
}

json::Object storage(const std::string& path) {
  struct statvfs info{};
  std::uint64_t total = 0, free_bytes = 0, used = 0;
  if (::statvfs(path.c_str(), &info) == 0) {
    const std::uint64_t block = info.f_frsize;
    total = block * info.f_blocks;
    free_bytes = block * info.f_bavail;
    used = block * (info.f_blocks - info.f_bfree);
  }
  json::Object out;
  out["totalBytes"] = static_cast<std::int64_t>(total);
  out["freeBytes"] = static_cast<std::int64_t>(free_bytes);
  out["usedBytes"] = static_cast<std::int64_t>(used);
  return out;
}

std::string interface_kind(const std::string& folder) {
  if (fs::exists(folder + "/wireless") || fs::exists(folder + "/phy80211")) return "wifi";
  if (name_of(folder).starts_with("wwan")) return "cellular";
  return fs::exists(folder + "/device") ? "wired" : "other";
}

json::Object network(const std::string& root) {
  std::vector<std::string> kinds;
  for (const std::string& folder : entries(root + "/sys/class/net")) {
    const std::string state = read_line(folder + "/operstate");
    const bool up = state == "up" || (state == "unknown" && read_line(folder + "/carrier") == "1");
    if (name_of(folder) == "lo" || !up) continue;
    const std::string kind = interface_kind(folder);
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
  }
  json::Object out;
  out["status"] = kinds.empty() ? "unsatisfied" : "satisfied";
  out["isExpensive"] = kinds.size() == 1 && kinds.front() == "cellular";
  out["isConstrained"] = false;
  out["interfaces"] = json::strings(kinds);
  return out;
}

// "en_US.UTF-8" -> "en-US"
std::string locale_of(const base::Env& env) {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const auto value = env.non_blank(name);
    if (!value) continue;
    const std::string text = base::replace_all(value->substr(0, value->find_first_of(".@")), "_", "-");
    return text == "C" || text == "POSIX" ? "en-US" : text;
  }
  return "en-US";
}

std::string model_of(const std::string& root, const char* machine) {
  for (const char* path : {"/sys/devices/virtual/dmi/id/product_name", "/proc/device-tree/model"}) {
    std::string text = read_line(root + path);
    if (!text.empty()) return text;
  }
  return machine;
}

}  // namespace

std::string host_name() {
  struct utsname names{};
  if (::uname(&names) != 0) return "node";
  const std::string_view full = names.nodename;
  const std::string_view first = full.substr(0, full.find('.'));
  return first.empty() ? "node" : std::string(first);
}

json::Object device_info(const DeviceSource& source) {
  struct utsname names{};
  ::uname(&names);
  json::Object out;
  out["deviceName"] = host_name();
  out["modelIdentifier"] = model_of(source.root, names.machine);
  out["systemName"] = std::string(names.sysname);
  out["systemVersion"] = std::string(names.release);
  out["appVersion"] = base::kWireVersion;
  out["appBuild"] = base::kOwnVersion;
  out["locale"] = locale_of(source.env);
  return out;
}

json::Object device_status(const DeviceSource& source) {
  json::Object out;
  out["battery"] = battery(source.root);
  out["thermal"] = thermal(source.root);
  out["storage"] = storage(source.storage_path);
  out["network"] = network(source.root);
  out["uptimeSeconds"] = std::strtod(read_line(source.root + "/proc/uptime").c_str(), nullptr);
  return out;
}

}  // namespace openclaw::nodes
