#include "services/runtime/http/http_server.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"
#include "tests/support/http_server_fixture.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

class HttpServerTest : public TestHttpServer {};

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  Start();
  TestClient client(port());
  for (int i = 0; i < 3; ++i) {
    const TestResponse response = client.Get("/hello");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "hello");
    EXPECT_EQ(response.Header("content-length"), "5");
    EXPECT_THAT(response.Header("date"), HasSubstr(" GMT"));
    EXPECT_EQ(response.Header("connection"), "");
  }
}

TEST_F(HttpServerTest, HeadHasTheHeadersOfGetAndNoBody) {
  Start();
  TestClient client(port());
  const TestResponse head = client.Request("HEAD", "/hello");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Header("content-length"), "5");
  EXPECT_EQ(client.Get("/hello").body, "hello") << "the next answer follows at once";
}

TEST_F(HttpServerTest, NoContentHasNoLength) {
  Start();
  const TestResponse response = TestClient(port()).Get("/empty");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.Header("content-length"), "");
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  Start();
  TestClient client(port());
  std::string bytes;
  for (int i = 0; i < 200; ++i) {
    const std::string body = StrCat("request ", i);
    StrAppend(&bytes, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ", body.size(), "\r\n\r\n",
              body);
  }
  client.Send(bytes);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(client.Read().body, StrCat("request ", i));
}

TEST_F(HttpServerTest, ALateAnswerHoldsBackTheNextOne) {
  Start();
  TestClient client(port());
  client.Send("GET /later HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  Responder responder = TakeWaiting();
  std::thread([&] { responder.Send(TextResponse(200, "text/plain", "late")); }).join();
  EXPECT_EQ(client.Read().body, "late");
  EXPECT_EQ(client.Read().body, "hello");
}

TEST_F(HttpServerTest, ADroppedResponderAnswers500) {
  Start();
  EXPECT_EQ(TestClient(port()).Get("/forgotten").status, 500);
}

TEST_F(HttpServerTest, BodiesComeByLengthOrByChunksAndByteByByte) {
  Start();
  TestClient client(port());
  EXPECT_EQ(client.Request("POST", "/echo", "", "abc").body, "abc");
  client.Send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n");
  EXPECT_EQ(client.Read().body, "abcdefg");
  for (char c : std::string("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")) {
    client.Send(std::string(1, c));
  }
  EXPECT_EQ(client.Read().body, "hi");
}

TEST_F(HttpServerTest, ALargeBodyGoesThroughWhole) {
  Start();
  std::string body(3'000'000, 'x');
  for (std::size_t i = 0; i < body.size(); i += 997) body[i] = static_cast<char>('a' + i % 26);
  TestClient client(port());
  EXPECT_TRUE(client.Request("POST", "/echo", "", body).body == body);
}

TEST_F(HttpServerTest, SendsContinueWhenAsked) {
  Start();
  TestClient client(port());
  client.Send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("hi");
  EXPECT_EQ(client.Read().body, "hi");
}

TEST_F(HttpServerTest, MethodNotAllowedNamesThoseThatAre) {
  Start();
  EXPECT_EQ(TestClient(port()).Request("PUT", "/hello").Header("allow"), "GET, HEAD");
}

TEST_F(HttpServerTest, Http10ClosesUnlessAskedNotTo) {
  Start();
  TestClient once(port());
  once.Send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(once.Read().Header("connection"), "close");
  EXPECT_TRUE(once.WaitClosed());
  TestClient kept(port());
  kept.Send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(kept.Read().Header("connection"), "keep-alive");
  EXPECT_EQ(kept.Get("/hello").status, 200);
}

TEST_F(HttpServerTest, DrainFinishesWhatIsInFlightAndTakesNothingNew) {
  Start();
  TestClient idle(port());
  EXPECT_EQ(idle.Get("/hello").status, 200);
  TestClient busy(port());
  busy.Send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  Responder responder = TakeWaiting();
  TestClient streaming(port());
  streaming.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto stream = TakeStream();
  stream->Write("x");
  streaming.ReadUntil("x\r\n");

  std::thread drain([&] { server_->Drain(absl::Seconds(20)); });
  EXPECT_TRUE(idle.WaitClosed());
  EXPECT_EQ(streaming.ReadUntil("0\r\n\r\n"), "0\r\n\r\n");
  responder.Send(TextResponse(200, "text/plain", "done"));
  const TestResponse response = busy.Read();
  EXPECT_EQ(response.body, "done");
  EXPECT_EQ(response.Header("connection"), "close");
  drain.join();
  EXPECT_TRUE(stream->closed());
  TestClient late(port());
  EXPECT_EQ(late.Read().status, 0) << "the port is closed";
}

TEST_F(HttpServerTest, DrainCutsWhatDoesNotEnd) {
  Start();
  TestClient busy(port());
  busy.Send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  Responder responder = TakeWaiting();
  server_->Drain(absl::Milliseconds(20));
  EXPECT_EQ(busy.Read().status, 0);
  responder.Send(TextResponse(200, "text/plain", "too late"));
}

// Otherwise it would depend on how the network splits the request whether they count.
TEST_F(HttpServerTest, TrailersAreNoHeaders) {
  Start();
  TestClient client(port());
  client.Send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n0\r\nHost: b\r\nExpect: a miracle\r\n\r\n");
  const TestResponse response = client.Read();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello");
}

TEST_F(HttpServerTest, AnAddressInUseIsNamed) {
  Start();
  HttpServer second(HttpServerOptions{});
  const absl::Status status = second.Listen("127.0.0.1", port());
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(),
            StrCat("HTTP address 127.0.0.1:", port(),
                   " is in use: stop the other program or choose --http HOST:PORT"));
  EXPECT_THAT(
      HttpServer(HttpServerOptions{.flag = "--admin"}).Listen("127.0.0.1", port()).message(),
      HasSubstr("choose --admin HOST:PORT"));
  EXPECT_EQ(HttpServer(HttpServerOptions{}).Listen("not.an.address", 0).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(HttpServerTest, CountsByRoute) {
  Start();
  TestClient client(port());
  client.Get("/hello");
  client.Get("/hello");
  client.Get("/none");
  const HttpServerStats stats = server_->Stats();
  EXPECT_EQ(stats.routes[0].pattern, "/hello");
  EXPECT_EQ(stats.routes[0].by_class[2], 2u);
  EXPECT_EQ(stats.routes.back().by_class[4], 1u);
  EXPECT_EQ(stats.connections_open, 1u);
  EXPECT_GT(stats.bytes_sent_total, 100u);
}

TEST_F(HttpServerTest, ManyClientsAtOnceGetTheirOwnAnswers) {
  Start();
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      TestClient client(port());
      for (int i = 0; i < 200; ++i) {
        const std::string body = StrCat(t, " ", i);
        if (client.Request("POST", "/echo", "", body).body == body) ++right;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 1600);
}

}  // namespace
}  // namespace citylayers::runtime
