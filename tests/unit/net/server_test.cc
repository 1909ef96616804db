// Server and clients against each other on loopback, with real sockets.
#include "net/server.h"

#include <gtest/gtest.h>

#include "net/http_client.h"
#include "net/ws_client.h"

namespace openclaw::net {
namespace {

using base::run_until_done;

class Echo : public WsHandler {
 public:
  Echo(std::shared_ptr<WsConnection> socket, std::string* log) : socket_(std::move(socket)), log_(log) {}
  void on_open() override { socket_->send({nullptr, "hi"}); }
  void on_message(std::string_view text) override {
    if (text == "close") return socket_->close(4321, std::string(300, 'r'));
    auto head = std::make_shared<const std::string>(text);
    socket_->send({head, "!"});
  }
  void on_closed(std::uint16_t code, std::string_view reason) override { *log_ += std::to_string(code) + std::string(reason) + ";"; }

 private:
  std::shared_ptr<WsConnection> socket_;
  std::string* log_;
};

class ServerTest : public ::testing::Test {
 public:
  ServerTest()
      : server_(loop_, ServerCallbacks{
                           [](const HttpRequest& head) {
                             HttpPlan plan;
                             plan.body_limit = head.path == "/small" ? 10 : 1 << 16;
                             if (head.path == "/early") plan.answer = HttpResponse{401, "text/plain", "who are you", {}};
                             return plan;
                           },
                           [this](std::shared_ptr<HttpExchange> exchange) {
                             const HttpRequest& r = exchange->request();
                             if (r.path == "/stream") return stream(exchange);
                             if (r.path == "/kept") {
                               kept_ = exchange;
                               return exchange->on_gone([this] { gone_ = true; });
                             }
                             if (r.path == "/forgotten") return;
                             HttpResponse out;
                             out.body = r.method + " " + r.path + "?" + r.query + " " + r.body;
                             if (r.path == "/missing") out.status = 404;
                             exchange->respond(out);
                           },
                           [](const HttpRequest& r) -> std::optional<HttpResponse> {
                             if (r.path != "/refused") return std::nullopt;
                             HttpResponse out;
                             out.status = 503;
                             out.body = "no";
                             return out;
                           },
                           [this](std::shared_ptr<WsConnection> socket, HttpRequest) { return std::make_shared<Echo>(std::move(socket), &log_); }}) {
    port_ = *server_.listen("127.0.0.1", 0);
  }
  // A connection and its handler hold each other until the close has been seen.
  void TearDown() override {
    server_.stop_accepting();
    for (int i = 0; i < 300 && server_.connections() > 0; ++i) {
      loop_.restart();
      loop_.run_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(server_.connections(), 0u);
  }
  Url url(const std::string& path) { return *parse_url("http://127.0.0.1:" + std::to_string(port_) + path); }

  base::Loop loop_{1};
  static void stream(const std::shared_ptr<HttpExchange>& exchange) {
    HttpResponse head;
    head.content_type = "text/event-stream";
    exchange->start(head);
    exchange->write("one ");
    exchange->write("two");
    exchange->finish();
  }
  std::shared_ptr<HttpExchange> kept_;
  bool gone_ = false;
  std::string log_;
  Server server_;
  std::uint16_t port_ = 0;
};

TEST_F(ServerTest, Http) {
  HttpCall call;
  call.method = "POST";
  call.url = url("/x?y=1");
  call.body = "body";
  auto reply = run_until_done(loop_, http_call(loop_, call));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "POST /x?y=1 body");
  call.url = url("/missing");
  EXPECT_EQ(run_until_done(loop_, http_call(loop_, call))->status, 404);
}

TEST_F(ServerTest, HttpStreamsInPieces) {
  HttpCall call;
  call.url = url("/stream");
  auto reply = run_until_done(loop_, http_call(loop_, call));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body, "one two");
  EXPECT_EQ(*reply->header("content-type"), "text/event-stream");
}

TEST_F(ServerTest, HttpRefusalsReachAClientThatStillSends) {
  HttpCall call;
  call.method = "POST";
  call.body = std::string(4 << 20, 'x');
  call.url = url("/small");
  auto large = run_until_done(loop_, http_call(loop_, call));
  ASSERT_TRUE(large) << large.error().message;
  EXPECT_EQ(large->status, 413);
  EXPECT_EQ(large->body, "Payload too large");
  call.url = url("/early");
  auto early = run_until_done(loop_, http_call(loop_, call));
  ASSERT_TRUE(early) << early.error().message;
  EXPECT_EQ(early->status, 401);
}

TEST_F(ServerTest, AForgottenRequestIsAnswered) {
  HttpCall call;
  call.url = url("/forgotten");
  EXPECT_EQ(run_until_done(loop_, http_call(loop_, call))->status, 500);
}

TEST_F(ServerTest, AHandlerLearnsThatItsClientHasGone) {
  HttpCall call;
  call.url = url("/kept");
  base::CancelSource cancel;
  call.cancel = cancel.token();
  auto cancel_when_asked = [](ServerTest* test, base::CancelSource* source) -> base::Task<void> {
    while (!test->kept_) co_await base::sleep_for(base::Millis(1));
    source->cancel();
  };
  base::spawn(loop_, cancel_when_asked(this, &cancel), "cancel");
  EXPECT_FALSE(run_until_done(loop_, http_call(loop_, call)));
  for (int i = 0; i < 300 && !gone_; ++i) {
    loop_.restart();
    loop_.run_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(gone_);
  EXPECT_FALSE(kept_->open());
  kept_.reset();
}

TEST_F(ServerTest, PortInUseIsBusy) {
  const auto again = server_.listen("127.0.0.1", port_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, base::ErrorKind::busy);
}

TEST_F(ServerTest, RefusedConnectionsAreNamed) {
  server_.stop_accepting();
  HttpCall call;
  call.url = url("/");
  const auto reply = run_until_done(loop_, http_call(loop_, call));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, base::ErrorKind::unreachable);
  EXPECT_NE(reply.error().message.find("connection refused"), std::string::npos) << reply.error().message;
}

base::Task<std::string> talk(base::Loop& loop, Url url, std::vector<std::string> lines) {
  WsClientOptions options;
  options.url = url;
  auto client = co_await WsClient::connect(loop, options);
  if (!client) co_return "connect: " + client.error().message;
  std::string seen;
  auto first = co_await (*client)->read();
  seen += first ? *first : "-";
  for (auto& line : lines) {
    (*client)->send(line);
    auto got = co_await (*client)->read();
    if (!got) co_return seen + " closed " + std::to_string(got.error().code) + " " + std::to_string(got.error().message.size());
    seen += " " + *got;
  }
  co_await (*client)->close(1005, "");
  co_return seen;
}

TEST_F(ServerTest, WebSocketTalkAndClose) {
  EXPECT_EQ(run_until_done(loop_, talk(loop_, url("/any"), {"a", "b"})), "hi a! b!");
  loop_.restart();
  loop_.run_for(std::chrono::milliseconds(50));
  EXPECT_EQ(log_, "1005;");
}

TEST_F(ServerTest, CloseReasonIsCutAt120) {
  EXPECT_EQ(run_until_done(loop_, talk(loop_, url("/"), {"close"})), "hi closed 4321 120");
}

TEST_F(ServerTest, TooLargeBeforeTheLimitIsRaisedCloses1009) {
  EXPECT_EQ(run_until_done(loop_, talk(loop_, url("/"), {std::string(65'536, 'x')})).size(), 3u + 65'537u);
  loop_.restart();
  EXPECT_EQ(run_until_done(loop_, talk(loop_, url("/"), {std::string(65'537, 'x')})), "hi closed 1009 0");
}

TEST_F(ServerTest, RefusedUpgradeShowsStatusAndBody) {
  const std::string text = run_until_done(loop_, talk(loop_, url("/refused"), {}));
  EXPECT_NE(text.find("HTTP 503"), std::string::npos) << text;
  EXPECT_NE(text.find("no"), std::string::npos) << text;
}

}  // namespace
}  // namespace openclaw::net
