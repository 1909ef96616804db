// resume_client URL STATE_DIR: our client as a long-lived program would use it, for tests on bad networks. The gateway's
// token is read from OPENCLAW_GATEWAY_TOKEN. Prints a line of JSON for each connection, loss and event; calls `health`
// when it has heard nothing for a while and hangs up when that is not answered. Ends when its input does.
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdio>
#include <cstdlib>

#include "base/clock.h"
#include "client/resume.h"

namespace {

using namespace openclaw;

constexpr int kRetryMs = 20, kSilenceMs = 250, kAnswerMs = 500;

struct Program {
  explicit Program(base::Loop& l) : loop(l) {}
  base::Loop& loop;
  client::ConnectOptions options;
  client::ResumableView view;
  std::int64_t heard_at = 0;
};

void print(json::Object line) {
  std::puts(json::write(line).c_str());
  std::fflush(stdout);
}

std::int64_t now() { return base::SystemClock::instance().steady_ms(); }

// Hangs up when the other end has gone without a word.
base::Task<void> watch(Program* program, std::shared_ptr<client::GatewayClient> gateway) {
  while (gateway->connected()) {
    co_await base::sleep_for(base::Millis(kSilenceMs));
    if (!gateway->connected() || now() - program->heard_at < kSilenceMs) continue;
    auto answer = co_await gateway->call("health", json::Object{}, kAnswerMs);
    if (answer) program->heard_at = now();
    else co_await gateway->close();
  }
}

base::Task<void> once(Program* program) {
  auto gateway = std::make_shared<client::GatewayClient>(program->loop);
  gateway->on_hello([program](const client::Hello& hello) {
    json::Object line;
    line["up"] = true;
    line["whole"] = program->view.welcome(hello);
    if (program->view.point()) line["epoch"] = program->view.point()->epoch, line["at"] = program->view.point()->eid;
    print(std::move(line));
  });
  gateway->on_numbered_event([program](const std::string& event, const json::Value& payload, const client::EventInfo& info) {
    program->heard_at = now();
    if (!program->view.accept(info) || !info.eid) return;
    json::Object line;
    line["eid"] = *info.eid;
    line["event"] = event;
    line["payload"] = payload;
    print(std::move(line));
  });
  client::ConnectOptions options = program->options;
  program->view.prepare(options);
  auto hello = co_await gateway->connect(std::move(options));
  json::Object line;
  if (hello) {
    program->heard_at = now();
    base::spawn(program->loop, watch(program, gateway), "watch");
    auto why = co_await gateway->wait_closed();
    line["down"] = why.error.message;
  } else {
    line["refused"] = hello.error().error.message;
  }
  print(std::move(line));
}

base::Task<void> run(Program* program) {
  for (;;) {
    co_await once(program);
    co_await base::sleep_for(base::Millis(kRetryMs));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  base::Loop loop(1);
  Program program(loop);
  auto url = net::parse_url(argv[1]);
  auto identity = auth::load_or_create_identity(argv[2], base::SystemClock::instance().wall_ms());
  const char* token = std::getenv("OPENCLAW_GATEWAY_TOKEN");
  if (!url || !identity || !token) return 2;
  program.options.url = *url;
  program.options.token = token;
  program.options.identity = &*identity;
  program.options.instance_id = "resume-client";
  program.options.scopes = {"operator.admin", "operator.read", "operator.write", "operator.approvals", "operator.pairing"};
  program.options.connect_timeout_ms = 2000;
  boost::asio::posix::stream_descriptor input(loop, ::dup(STDIN_FILENO));
  char byte;
  input.async_read_some(boost::asio::buffer(&byte, 1), [](const boost::system::error_code&, std::size_t) { std::_Exit(0); });
  base::spawn(loop, run(&program), "run");
  loop.run();
  return 0;
}
