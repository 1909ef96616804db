// Unauthenticated sockets by client address (OpenClaw protocol 1.3): counted from the upgrade until the
// client is accepted or the socket closes. On the loop's thread.
#pragma once
#include <map>
#include <string>

namespace openclaw::auth {

class PreauthBudget {
 public:
  explicit PreauthBudget(int limit) : limit_(limit) {}
  bool full(const std::string& ip) const {
    const auto it = open_.find(ip);
    return (it == open_.end() ? 0 : it->second) >= limit_;
  }
  // Counts a socket that is let through in any case.
  void take(const std::string& ip) { ++open_[ip]; }
  // Counts one unless the address has none left.
  bool acquire(const std::string& ip) {
    if (full(ip)) return false;
    take(ip);
    return true;
  }
  void give(const std::string& ip) {
    const auto it = open_.find(ip);
    if (it != open_.end() && --it->second <= 0) open_.erase(it);
  }

 private:
  int limit_;
  std::map<std::string, int> open_;
};

}  // namespace openclaw::auth
