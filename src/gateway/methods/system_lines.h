// What happened between two turns of a session ("Exec finished ...", a reminder): kept, durably, until the session's
// next run, whose model is told in lines "System: [2026-11-24 06:30:51 UTC] text". On the loop's thread.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "gateway/state.h"

namespace openclaw::gateway {

inline constexpr std::size_t kMaxLines = 20;           // of one session; the oldest goes
inline constexpr std::size_t kMaxLineBytes = 4'000;

class SystemLines {
 public:
  struct Line {
    std::string id, text;
    std::int64_t ts = 0;
  };
  // False when the last line of the session says the same.
  bool add(const std::string& session_key, Line line, std::vector<std::string>& dropped);
  std::vector<Line> take(const std::string& session_key);
  std::vector<std::string> texts(const std::string& session_key) const;
  // True when the same was said within a moment (voice transcripts are sent twice by some nodes).
  bool repeated(const std::string& key, std::int64_t now);

 private:
  std::map<std::string, std::deque<Line>> by_session_;
  std::map<std::string, std::int64_t> recent_;
};

SystemLines& system_lines(State& state);
base::Task<base::Result<>> load_lines(State& state);
// Resumes after the commit.
base::Task<base::Result<>> add_line(State& state, std::string session_key, std::string text);
// Tells the run the lines of its session. They go into the system prompt, not into what the person said: commands are
// read from that.
void add_lines(State& state, agent::RunRequest& request, std::function<base::Result<>(store::Db&)>& also);

}  // namespace openclaw::gateway
