// The gateway's state: every part, owned in one place, used on the loop's thread only. Method handlers receive it.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/runtime.h"
#include "auth/devices.h"
#include "auth/fair_limiter.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/task.h"
#include "channels/channel.h"
#include "config/config.h"
#include "gateway/http_memory.h"
#include "gateway/hub.h"
#include "gateway/run_observers.h"
#include "gateway/settings.h"
#include "nodes/registry.h"
#include "session/presence.h"
#include "store/store.h"

namespace openclaw::schedule {
class Scheduler;
}

namespace openclaw::gateway {

struct Health {
  std::shared_ptr<const std::string> text = std::make_shared<std::string>("{}");  // serialised payload
  std::int64_t built_at = 0;  // steady ms
  std::int64_t version = 0;
  bool refresh_scheduled = false;
};

class Whois;
class ApprovalDesk;
class SystemLines;

struct State {
  State(base::Loop& l, const base::Clock& c, base::Env e, Settings s, config::Snapshot config_snapshot);

  base::Loop& loop;
  const base::Clock& clock;
  base::Env env;
  Settings settings;
  config::Snapshot config;
  std::string config_note;   // why the gateway runs on another configuration than the file; empty normally
  std::int64_t started_at;   // steady ms
  store::Store store;
  base::Event store_ready;   // device book loaded, runtime started
  std::string store_problem; // why it is not
  auth::DeviceBook devices;
  auth::FairLimiter limiter;  // wrong secrets, of WebSocket connects and HTTP requests alike
  std::shared_ptr<Whois> whois;  // made when a tailnet identity is first to be checked
  session::Presence presence;
  nodes::Registry nodes;
  Health health;
  std::int64_t presence_sent_at = -1'000;  // steady ms of the last presence broadcast
  bool presence_scheduled = false;
  Hub hub;
  std::shared_ptr<ApprovalDesk> approvals;       // questions to a person; made by start_subjects()
  std::shared_ptr<schedule::Scheduler> cron;     // likewise
  std::shared_ptr<SystemLines> lines;            // likewise: what sessions are told with their next message
  RunObservers observers;    // of runs and transcripts, besides the hub's clients
  HttpMemory http;
  std::string gateway_id;    // random, of this state folder; told in the challenge and in hello-ok
  std::unique_ptr<agent::ToolHost> tool_host;
  std::unique_ptr<agent::RunEvents> run_events;
  std::unique_ptr<agent::ModelSource> models;
  std::unique_ptr<agent::Runtime> runtime;
  std::unique_ptr<channels::InboundSink> inbound;
  std::vector<std::unique_ptr<channels::Channel>> channels;
  bool stopping = false;
};

// Rebuilds the health snapshot and broadcasts it, at most once a second; a call in between is made up for later.
void refresh_health(State& state);
// Broadcasts presence, at most four times a second: when thousands of clients leave at once, each of them must not
// cost a message to all the others.
void announce_presence(State& state);
// Who am I: one line for /etc/hostname-like display and presence.
std::string host_name();

}  // namespace openclaw::gateway
