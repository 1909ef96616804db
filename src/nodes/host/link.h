// The node side of one gateway connection after another: hands node.invoke.request to the command host,
// answers, and sends node events. Loop thread.
#pragma once
#include "base/task.h"
#include "client/gateway_client.h"
#include "nodes/host/command_host.h"

#include <deque>
#include <memory>
#include <string>

namespace openclaw::nodes {

class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(base::Loop& loop, CommandHostOptions options);
  const CommandHost& commands() const { return host_; }

  // The client of the next connection; call before it connects.
  void attach(std::shared_ptr<client::GatewayClient> client);
  // The attached client is connected: sends the events that had to wait.
  void send_waiting();
  // Waits for running invocations to end.
  base::Task<void> drain(base::Millis limit);

  static constexpr std::size_t kMaxInvocations = 64;    // at a time; more are refused, not queued
  static constexpr std::size_t kMaxWaitingEvents = 64;  // while there is no connection; the oldest go first

 private:
  void on_invoke(const json::Value& payload);
  void send_event(std::string event, json::Object payload);
  void post_event(const std::string& event, const json::Object& payload);
  static base::Task<void> answer(std::shared_ptr<Link> self, std::shared_ptr<client::GatewayClient> client,
                                 json::Object request);

  base::Loop& loop_;
  CommandHost host_;
  std::shared_ptr<client::GatewayClient> client_;
  std::size_t running_ = 0;
  base::Event idle_;
  std::deque<std::pair<std::string, json::Object>> waiting_;
};

}  // namespace openclaw::nodes
