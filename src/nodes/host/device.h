// device.info and device.status of this machine, read from /proc, /sys, uname and statvfs. Loop thread; the
// files are kernel tables and do not block.
#pragma once
#include "base/env.h"
#include "json/json.h"

#include <string>

namespace openclaw::nodes {

struct DeviceSource {
  std::string root;                // prefix of /proc, /sys and /etc; empty but in tests
  std::string storage_path = "/";  // the file system that is reported
  base::Env env;                   // LC_ALL, LANG
};

json::Object device_info(const DeviceSource& source);
json::Object device_status(const DeviceSource& source);
std::string host_name();  // without domain; "node" when the system has none

}  // namespace openclaw::nodes
