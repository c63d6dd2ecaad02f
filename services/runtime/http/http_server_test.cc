#include "services/runtime/http/http_server.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"
#include "tests/support/http_test_client.h"

namespace citylayers::runtime {
namespace {

std::string Repeated(std::string_view text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

using ::testing::HasSubstr;

class HttpServerTest : public ::testing::Test {
 protected:
  // Routes that the tests share: an echo, an answer from another thread, streams.
  void Start(const HttpServerOptions& options = {}) {
    server_ = std::make_unique<HttpServer>(options);
    server_->Handle({"GET"}, "/hello", [](const HttpRequest&, Responder responder) {
      responder.Send(TextResponse(200, "text/plain", "hello"));
    });
    server_->Handle({"POST"}, "/echo", [](const HttpRequest& request, Responder responder) {
      responder.Send(TextResponse(200, "text/plain", request.body()));
    });
    server_->Handle({"GET"}, "/later", [this](const HttpRequest&, Responder responder) {
      absl::MutexLock lock(&mutex_);
      waiting_.push_back(std::move(responder));
    });
    server_->Handle({"GET"}, "/stream", [this](const HttpRequest&, Responder responder) {
      HttpResponse head;
      head.AddHeader("Content-Type", "text/event-stream");
      absl::MutexLock lock(&mutex_);
      streams_.push_back(responder.Stream(std::move(head)));
    });
    server_->Handle({"GET"}, "/forgotten", [](const HttpRequest&, Responder) {});
    server_->Handle({"GET"}, "/empty", [](const HttpRequest&, Responder responder) {
      HttpResponse response;
      response.status = 204;
      responder.Send(std::move(response));
    });
    ASSERT_TRUE(server_->Listen("127.0.0.1", 0).ok());
  }
  Responder TakeWaiting() {
    absl::MutexLock lock(&mutex_);
    const auto some = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !waiting_.empty(); };
    mutex_.Await(absl::Condition(&some));
    Responder responder = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    return responder;
  }
  std::shared_ptr<StreamWriter> TakeStream() {
    absl::MutexLock lock(&mutex_);
    const auto some = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !streams_.empty(); };
    mutex_.Await(absl::Condition(&some));
    auto stream = std::move(streams_.front());
    streams_.erase(streams_.begin());
    return stream;
  }
  std::uint16_t port() const { return server_->port(); }

  absl::Mutex mutex_;
  std::vector<Responder> waiting_;
  std::vector<std::shared_ptr<StreamWriter>> streams_;
  std::unique_ptr<HttpServer> server_;
};

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

struct BadRequest {
  const char* name;
  std::string bytes;
  int status;
};

TEST_F(HttpServerTest, WrongRequestsAreToldWhatIsWrong) {
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

TEST_F(HttpServerTest, WhichLimitIsToldDoesNotDependOnTheSegments) {
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

TEST_F(HttpServerTest, TheLimitOfHeadersIsTheSameForAnySegments) {
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

TEST_F(HttpServerTest, ASlowHeaderTimesOut) {
  HttpServerOptions options;
  options.header_timeout = absl::Milliseconds(60);
  Start(options);
  TestClient client(port());
  client.Send("GET /hello HTTP/1.1\r\nHost:");
  EXPECT_EQ(client.Read().status, 408);
  EXPECT_TRUE(client.WaitClosed());
  EXPECT_EQ(server_->Stats().timeouts_total, 1u);
}

TEST_F(HttpServerTest, ASlowBodyTimesOut) {
  HttpServerOptions options;
  options.body_timeout = absl::Milliseconds(60);
  Start(options);
  TestClient client(port());
  client.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(client.Read().status, 408);
}

TEST_F(HttpServerTest, AnIdleConnectionIsClosedWithoutAWord) {
  HttpServerOptions options;
  options.idle_timeout = absl::Milliseconds(500);  // time enough to send the first request
  Start(options);
  TestClient client(port());
  EXPECT_EQ(client.Get("/hello").status, 200);
  EXPECT_EQ(client.Read().status, 0);
  EXPECT_EQ(server_->Stats().timeouts_total, 0u);
}

TEST_F(HttpServerTest, AClientThatReadsNothingIsCut) {
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

TEST_F(HttpServerTest, AClaimedLengthCostsNothing) {
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

TEST_F(HttpServerTest, TheBodiesOfAllRequestsAreBounded) {
  HttpServerOptions options;
  options.bodies = std::make_shared<MemoryShare>("http_bodies", 150'000);
  Start(options);
  const auto used_reaches = [&](auto condition) {
    for (int i = 0; i < 1000 && !condition(options.bodies->used_bytes()); ++i) {
      absl::SleepFor(absl::Milliseconds(10));
    }
    return condition(options.bodies->used_bytes());
  };
  TestClient first(port());
  first.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 120000\r\n\r\n" +
             std::string(100'000, 'x'));
  ASSERT_TRUE(used_reaches([](std::size_t bytes) { return bytes > 90'000; }));
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
  EXPECT_TRUE(used_reaches([](std::size_t bytes) { return bytes == 0; }));
  EXPECT_EQ(TestClient(port()).Request("POST", "/echo", "", "again").body, "again");
}

TEST_F(HttpServerTest, StreamsThatNobodyReadsAreBoundedTogether) {
  HttpServerOptions options;
  options.stream_pending_bytes_max = 4'000'000;
  options.streams = std::make_shared<MemoryShare>("streams", 1'000'000);
  Start(options);
  TestClient client(port());
  client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto stream = TakeStream();
  const auto block = std::make_shared<const std::string>(std::string(100'000, 'x'));
  for (int refused = 0; refused < 10;) {
    if (stream->Write(block)) {
      refused = 0;
    } else {
      ++refused;
      absl::SleepFor(absl::Milliseconds(20));
    }
  }
  EXPECT_LE(stream->pending_bytes(), 1'000'000u);
  EXPECT_EQ(options.streams->used_bytes(), stream->pending_bytes());
  const TestResponse refused = TestClient(port()).Get("/stream");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.Header("retry-after"), "1");
  EXPECT_TRUE(TakeStream()->closed());
  stream->Close();
  client.ReadUntil("0\r\n\r\n");
  EXPECT_EQ(options.streams->used_bytes(), 0u);
}

TEST_F(HttpServerTest, UnderPressureAnUnreadStreamEndsEarlier) {
  HttpServerOptions options;
  options.write_timeout = absl::Hours(1);
  options.write_timeout_under_pressure = absl::Milliseconds(50);
  options.stream_pending_bytes_max = 64'000'000;
  options.streams = std::make_shared<MemoryShare>("streams", 10'000'000);
  Start(options);
  TestClient client(port());
  client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto stream = TakeStream();
  const auto block = std::make_shared<const std::string>(std::string(100'000, 'x'));
  absl::Notification ended;
  stream->NotifyClosed([&] { ended.Notify(); });
  // Repeatedly, because the kernel's buffers absorb some of it.
  const absl::Time end = absl::Now() + absl::Seconds(10);
  while (!stream->closed() && absl::Now() < end) {
    if (!options.streams->IsUnderPressure()) {
      stream->Write(block);
    } else {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }
  EXPECT_TRUE(ended.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_EQ(options.streams->used_bytes(), 0u);
}

TEST_F(HttpServerTest, OneConnectionTooManyIsRefusedPolitely) {
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

TEST_F(HttpServerTest, StreamsComeInChunksAndTheConnectionGoesOn) {
  Start();
  TestClient client(port());
  client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto stream = TakeStream();
  EXPECT_TRUE(stream->Write("data: 1\n\n"));
  EXPECT_THAT(client.ReadUntil("data: 1\n\n\r\n"), HasSubstr("Transfer-Encoding: chunked"));
  EXPECT_TRUE(stream->Write("data: 2\n\n"));
  EXPECT_EQ(client.ReadUntil("data: 2\n\n\r\n"), "9\r\ndata: 2\n\n\r\n");
  stream->Close();
  EXPECT_FALSE(stream->Write("more"));
  EXPECT_EQ(client.ReadUntil("0\r\n\r\n"), "0\r\n\r\n");
  EXPECT_EQ(client.Get("/hello").body, "hello");
}

TEST_F(HttpServerTest, AStreamIsBoundedAndTellsWhenThereIsRoom) {
  HttpServerOptions options;
  options.stream_pending_bytes_max = 100'000;
  Start(options);
  TestClient client(port());
  client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto stream = TakeStream();
  const auto block = std::make_shared<const std::string>(std::string(10'000, 'x'));
  std::size_t sent = 0;
  // The kernel's buffers absorb a few MB before the stream fills. It is full when Write still
  // refuses after the server has had time to pass on the bytes that it holds.
  for (int refused = 0; refused < 10;) {
    if (stream->Write(block)) {
      sent += block->size();
      refused = 0;
    } else {
      ++refused;
      absl::SleepFor(absl::Milliseconds(20));
    }
  }
  EXPECT_LE(stream->pending_bytes(), 100'000u);
  absl::Notification room;
  stream->NotifyWritable(0, [&] { room.Notify(); });
  EXPECT_FALSE(room.HasBeenNotified());
  stream->Close();
  EXPECT_EQ(client.Read().body.size(), sent);
  EXPECT_TRUE(room.WaitForNotificationWithTimeout(absl::Seconds(10)));
}

TEST_F(HttpServerTest, AStreamLearnsThatItsClientLeft) {
  Start();
  auto client = std::make_unique<TestClient>(port());
  client->Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto stream = TakeStream();
  absl::Notification left;
  stream->NotifyClosed([&] { left.Notify(); });
  client.reset();
  EXPECT_TRUE(left.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_FALSE(stream->Write("anyone?"));
}

TEST_F(HttpServerTest, Http10StreamsEndWithTheConnection) {
  Start();
  TestClient client(port());
  client.Send("GET /stream HTTP/1.0\r\n\r\n");
  const auto stream = TakeStream();
  stream->Write("abc");
  stream->Close();
  const TestResponse response = client.Read();
  EXPECT_EQ(response.Header("transfer-encoding"), "");
  EXPECT_EQ(response.body, "abc");
}

TEST_F(HttpServerTest, HeadOfAStreamEndsAtOnce) {
  Start();
  TestClient client(port());
  EXPECT_EQ(client.Request("HEAD", "/stream").status, 200);
  EXPECT_EQ(client.Get("/hello").body, "hello");
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
