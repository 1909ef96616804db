// What HTTP requests leave behind for later ones. In memory only, bounded, on the loop's thread.
#pragma once
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace openclaw::gateway {

// Values by key for a limited time; the oldest goes when there are too many. Times are steady milliseconds.
template <class Value>
class ShortMemory {
 public:
  ShortMemory(std::int64_t age_ms, std::size_t most) : age_ms_(age_ms), most_(most) {}

  const Value* find(const std::string& key, std::int64_t now) {
    forget(now);
    const auto it = index_.find(key);
    return it == index_.end() ? nullptr : &it->second->value;
  }
  // A key that is there already keeps its place in time and gets the new value.
  void put(const std::string& key, Value value, std::int64_t now) {
    forget(now);
    if (const auto it = index_.find(key); it != index_.end()) {
      it->second->value = std::move(value);
      return;
    }
    entries_.push_back(Entry{key, std::move(value), now});
    index_[key] = std::prev(entries_.end());
    if (entries_.size() > most_) drop_oldest();
  }
  void erase(const std::string& key) {
    if (const auto it = index_.find(key); it != index_.end()) {
      entries_.erase(it->second);
      index_.erase(it);
    }
  }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string key;
    Value value;
    std::int64_t at = 0;
  };
  void forget(std::int64_t now) {
    while (!entries_.empty() && now - entries_.front().at >= age_ms_) drop_oldest();
  }
  void drop_oldest() {
    index_.erase(entries_.front().key);
    entries_.pop_front();
  }

  std::int64_t age_ms_;
  std::size_t most_;
  std::list<Entry> entries_;  // oldest first
  std::unordered_map<std::string, typename std::list<Entry>::iterator> index_;
};

// The session of an answer of /v1/responses, for previous_response_id (OpenClaw protocol 8.3).
struct ResponseSession {
  std::string session_key, agent_id;
  std::string subject;         // digest of the bearer
  std::string session_header;  // x-openclaw-session-key of the request
};

struct HttpMemory {
  ShortMemory<ResponseSession> responses{30 * 60'000, 500};
  ShortMemory<std::string> hook_runs{5 * 60'000, 1'000};  // digest of token, path, parameters and key -> run id
};

}  // namespace openclaw::gateway
