// A view of a gateway's events that survives reconnects (decision: resume). Give one to each Keeper, or use it around
// GatewayClient: prepare() before a connect, welcome() from on_hello, accept() from on_numbered_event. Pure.
#pragma once
#include "client/gateway_client.h"

#include <optional>

namespace openclaw::client {

class ResumableView {
 public:
  // Asks for numbered events, from where this view stands.
  void prepare(ConnectOptions& options) const;
  // False when events may have been missed that will not come: the gateway forgot them, was restarted, or does not
  // number events. The caller then reads the state anew. Always true for the first connection.
  bool welcome(const Hello& hello);
  // False for an event this view has had already.
  bool accept(const EventInfo& event);
  // Absent before the first connection and on gateways that do not number events.
  const std::optional<ResumePoint>& point() const { return point_; }

 private:
  std::optional<ResumePoint> point_;
  bool greeted_ = false;
};

}  // namespace openclaw::client
