// Who follows runs and transcripts besides the WebSocket clients: HTTP answers that stream. On the loop's thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/runtime.h"

namespace openclaw::gateway {

class RunObservers {
 public:
  using OnAgent = std::function<void(const agent::AgentEvent&)>;
  using OnMessage = std::function<void(const store::MessageRecord&)>;
  // Ends when the handle dies; the handle may die within the callback, and after the RunObservers.
  using Watch = std::shared_ptr<void>;

  RunObservers();
  // All agent events of a run. Asked for before the run is submitted, so that none is missed.
  [[nodiscard]] Watch follow_run(std::string run_id, OnAgent callback);
  // Messages added to the transcript of a session (canonical key).
  [[nodiscard]] Watch follow_session(std::string session_key, OnMessage callback);

  void agent(const agent::AgentEvent& event) const;
  void session_message(const std::string& session_key, const store::MessageRecord& message) const;

 private:
  template <class Callback>
  using Table = std::multimap<std::string, std::shared_ptr<Callback>>;
  std::shared_ptr<Table<OnAgent>> runs_;
  std::shared_ptr<Table<OnMessage>> sessions_;
};

}  // namespace openclaw::gateway
