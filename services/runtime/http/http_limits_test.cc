// Limits and timeouts of the HTTP server.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"
#include "tests/support/eventually.h"
#include "tests/support/http_server_fixture.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

class HttpLimitsTest : public TestHttpServer {};

std::string Repeated(std::string_view text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

struct BadRequest {
  const char* name;
  std::string bytes;
  int status;
};

TEST_F(HttpLimitsTest, WrongRequestsAreToldWhatIsWrong) {
  HttpServerOptions options;
  options.body_bytes_max = 1000;
  options.header_bytes_max = 2000;
  options.target_bytes_max = 500;
  Start(options);
  const std::vector<BadRequest> requests = {
      {"no such path", "GET /none HTTP/1.1\r\nHost: a\r\n\r\n", 404},
      {"wrong method", "DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n", 405},
      {"not HTTP", "hello there\r\n\r\n", 400},
      {"TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00", 7), 400},
      {"no host", "GET /hello HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"two lengths",
       "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
      {"length and chunks",
       "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: "
       "chunked\r\n\r\n0\r\n\r\n",
       400},
      {"other coding", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"negative length", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
      {"bad chunk", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
       400},
      {"space in header name", "GET /hello HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n", 400},
      {"HTTP/2.0", "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"body too large", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413},
      {"chunks too large",
       StrCat("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n",
              std::string(1001, 'x')),
       413},
      {"target too long", StrCat("GET /", std::string(600, 'a'), " HTTP/1.1\r\nHost: a\r\n\r\n"),
       414},
      {"endless target", StrCat("GET /", std::string(5000, 'a')), 414},
      {"headers too large",
       StrCat("GET /hello HTTP/1.1\r\nHost: a\r\nX: ", std::string(3000, 'b'), "\r\n\r\n"), 431},
      {"many headers",
       StrCat("GET /hello HTTP/1.1\r\nHost: a\r\n", Repeated("X: 0123456789\r\n", 300), "\r\n"),
       431},
      {"many headers that never end",
       StrCat("GET /hello HTTP/1.1\r\nHost: a\r\n", Repeated("X: 0123456789\r\n", 300)), 431},
      {"a target and headers too large",
       StrCat("GET /", std::string(600, 'a'), " HTTP/1.1\r\nX: ", std::string(3000, 'b')), 414},
      {"a header far too large",
       StrCat("GET /hello HTTP/1.1\r\nHost: a\r\nX: ", std::string(3'000'000, 'b'), "\r\n\r\n"),
       431},
      {"other expectation", "GET /hello HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n\r\n", 417},
      {"above the root", "GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400},
  };
  for (const BadRequest& request : requests) {
    TestClient client(port());
    client.Send(request.bytes);
    const TestResponse response = client.Read();
    EXPECT_EQ(response.status, request.status) << request.name << ": " << response.body;
    EXPECT_EQ(response.Header("content-type"), "application/problem+json") << request.name;
    EXPECT_THAT(response.body, HasSubstr(StrCat("\"status\":", request.status)));
  }
  EXPECT_EQ(TestClient(port()).Get("/hello").status, 200) << "the server lives";
}

TEST_F(HttpLimitsTest, WhichLimitIsToldDoesNotDependOnTheSegments) {
  HttpServerOptions options;
  options.header_bytes_max = 2000;
  options.target_bytes_max = 500;
  Start(options);
  const std::string headers =
      StrCat("GET /hello HTTP/1.1\r\nHost: a\r\nX: ", std::string(3000, 'b'));
  const std::string target = StrCat("GET /", std::string(3000, 'a'), " HTTP/1.1\r\n\r\n");
  for (const std::size_t piece : {1, 2, 7, 100, 1000, 4000}) {
    for (const auto& [bytes, status] : {std::pair(headers, 431), std::pair(target, 414)}) {
      TestClient client(port());
      for (std::size_t at = 0; at < bytes.size(); at += piece) client.Send(bytes.substr(at, piece));
      EXPECT_EQ(client.Read().status, status) << "pieces of " << piece;
    }
  }
}

TEST_F(HttpLimitsTest, TheLimitOfHeadersIsTheSameForAnySegments) {
  HttpServerOptions options;
  options.header_bytes_max = 2000;
  Start(options);
  const std::string begin = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n";
  for (const std::size_t headers : {1, 20}) {
    for (const auto& [bytes, status] : {std::pair(2000, 200), std::pair(2001, 431)}) {
      // Some headers of equal size, and one that fills the header up to the byte.
      std::string head = begin;
      const std::size_t each = (static_cast<std::size_t>(bytes) - begin.size() - 2) / headers;
      for (std::size_t i = 1; i < headers; ++i) {
        StrAppend(&head, "X: ", std::string(each - 5, 'b'), "\r\n");
      }
      const std::size_t left = static_cast<std::size_t>(bytes) - head.size() - 2;
      StrAppend(&head, "X: ", std::string(left - 5, 'b'), "\r\n\r\n");
      ASSERT_EQ(head.size(), static_cast<std::size_t>(bytes));
      // The body looks like the end of a header.
      const std::string request = StrCat(head, "\r\n\r\n");
      for (const std::size_t piece : {1, 7, 100, 500, 1000, 1990, 1998, 2000, 4000}) {
        TestClient client(port());
        for (std::size_t at = 0; at < request.size(); at += piece) {
          client.Send(request.substr(at, piece));
        }
        EXPECT_EQ(client.Read().status, status) << headers << " headers, pieces of " << piece;
      }
    }
  }
}

TEST_F(HttpLimitsTest, ASlowHeaderTimesOut) {
  HttpServerOptions options;
  options.header_timeout = absl::Milliseconds(60);
  Start(options);
  TestClient client(port());
  client.Send("GET /hello HTTP/1.1\r\nHost:");
  EXPECT_EQ(client.Read().status, 408);
  EXPECT_TRUE(client.WaitClosed());
  EXPECT_EQ(server_->Stats().timeouts_total, 1u);
}

TEST_F(HttpLimitsTest, ASlowBodyTimesOut) {
  HttpServerOptions options;
  options.body_timeout = absl::Milliseconds(60);
  Start(options);
  TestClient client(port());
  client.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(client.Read().status, 408);
}

TEST_F(HttpLimitsTest, AnIdleConnectionIsClosedWithoutAWord) {
  HttpServerOptions options;
  options.idle_timeout = absl::Milliseconds(500);  // time enough to send the first request
  Start(options);
  TestClient client(port());
  EXPECT_EQ(client.Get("/hello").status, 200);
  EXPECT_EQ(client.Read().status, 0);
  EXPECT_EQ(server_->Stats().timeouts_total, 0u);
}

TEST_F(HttpLimitsTest, AClientThatReadsNothingIsCut) {
  HttpServerOptions options;
  options.write_timeout = absl::Milliseconds(80);
  Start(options);
  TestClient client(port());
  client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto stream = TakeStream();
  const auto block = std::make_shared<const std::string>(std::string(100'000, 'x'));
  absl::Notification ended;
  stream->NotifyClosed([&] { ended.Notify(); });
  while (!stream->closed()) stream->Write(block);
  EXPECT_TRUE(ended.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_EQ(server_->Stats().timeouts_total, 1u);
}

TEST_F(HttpLimitsTest, AClaimedLengthCostsNothing) {
  HttpServerOptions options;
  options.bodies = std::make_shared<MemoryShare>("http_bodies", 64 * 1024);
  Start(options);
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<TestClient>(port()));
    clients.back()->Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\nabc");
  }
  EXPECT_EQ(TestClient(port()).Request("POST", "/echo", "", "small").body, "small");
  EXPECT_LT(options.bodies->used_bytes(), 1000u);
}

TEST_F(HttpLimitsTest, TheBodiesOfAllRequestsAreBounded) {
  HttpServerOptions options;
  options.bodies = std::make_shared<MemoryShare>("http_bodies", 150'000);
  Start(options);
  TestClient first(port());
  first.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 120000\r\n\r\n" +
             std::string(100'000, 'x'));
  ASSERT_TRUE(test::Eventually([&] { return options.bodies->used_bytes() > 90'000; }));
  TestClient second(port());
  second.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" +
              std::string(100'000, 'x'));
  const TestResponse refused = second.Read();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.Header("retry-after"), "1");
  EXPECT_THAT(refused.body, HasSubstr("request bodies"));
  EXPECT_GE(options.bodies->refused(), 1u);
  EXPECT_LE(options.bodies->used_bytes(), 150'000u);
  EXPECT_EQ(TestClient(port()).Get("/hello").status, 200)
      << "requests without a body are not affected";
  // The first request completes and returns its memory.
  first.Send(std::string(20'000, 'x'));
  EXPECT_EQ(first.Read().body.size(), 120'000u);
  EXPECT_TRUE(test::Eventually([&] { return options.bodies->used_bytes() == 0; }));
  EXPECT_EQ(TestClient(port()).Request("POST", "/echo", "", "again").body, "again");
}

TEST_F(HttpLimitsTest, OneConnectionTooManyIsRefusedPolitely) {
  HttpServerOptions options;
  options.connections_max = 2;
  Start(options);
  TestClient first(port());
  TestClient second(port());
  EXPECT_EQ(first.Get("/hello").status, 200);
  EXPECT_EQ(second.Get("/hello").status, 200);
  TestClient third(port());
  const TestResponse response = third.Read();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.Header("retry-after"), "1");
  EXPECT_EQ(first.Get("/hello").status, 200);
}

}  // namespace
}  // namespace citylayers::runtime
