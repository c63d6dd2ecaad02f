// Streams of the HTTP server: bodies written piece by piece.
#include <memory>
#include <string>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/eventually.h"
#include "tests/support/http_server_fixture.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

class HttpStreamTest : public TestHttpServer {};

// Writes blocks until the stream stays full, and returns the bytes that it accepted. The kernel's
// buffers absorb a few MB before that. It is full when Write refuses for 0.2 s, in which the server
// passes on the bytes that the kernel still accepts.
std::size_t Fill(StreamWriter& stream, const std::shared_ptr<const std::string>& block) {
  std::size_t accepted = 0;
  const auto write = [&] { return stream.Write(block); };
  while (test::Eventually(write, absl::Milliseconds(200))) accepted += block->size();
  return accepted;
}

TEST_F(HttpStreamTest, StreamsThatNobodyReadsAreBoundedTogether) {
  HttpServerOptions options;
  options.stream_pending_bytes_max = 4'000'000;
  options.streams = std::make_shared<MemoryShare>("streams", 1'000'000);
  Start(options);
  TestClient client(port());
  client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto stream = TakeStream();
  const auto block = std::make_shared<const std::string>(std::string(100'000, 'x'));
  Fill(*stream, block);
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

TEST_F(HttpStreamTest, UnderPressureAnUnreadStreamEndsEarlier) {
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
  EXPECT_TRUE(test::Eventually([&] {
    while (!stream->closed() && !options.streams->IsUnderPressure()) stream->Write(block);
    return stream->closed();
  }));
  EXPECT_TRUE(ended.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_EQ(options.streams->used_bytes(), 0u);
}

TEST_F(HttpStreamTest, StreamsComeInChunksAndTheConnectionGoesOn) {
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

TEST_F(HttpStreamTest, AStreamIsBoundedAndTellsWhenThereIsRoom) {
  HttpServerOptions options;
  options.stream_pending_bytes_max = 100'000;
  Start(options);
  TestClient client(port());
  client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto stream = TakeStream();
  const auto block = std::make_shared<const std::string>(std::string(10'000, 'x'));
  const std::size_t sent = Fill(*stream, block);
  EXPECT_LE(stream->pending_bytes(), 100'000u);
  absl::Notification room;
  stream->NotifyWritable(0, [&] { room.Notify(); });
  EXPECT_FALSE(room.HasBeenNotified());
  stream->Close();
  EXPECT_EQ(client.Read().body.size(), sent);
  EXPECT_TRUE(room.WaitForNotificationWithTimeout(absl::Seconds(10)));
}

TEST_F(HttpStreamTest, AStreamLearnsThatItsClientLeft) {
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

TEST_F(HttpStreamTest, Http10StreamsEndWithTheConnection) {
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

TEST_F(HttpStreamTest, HeadOfAStreamEndsAtOnce) {
  Start();
  TestClient client(port());
  EXPECT_EQ(client.Request("HEAD", "/stream").status, 200);
  EXPECT_EQ(client.Get("/hello").body, "hello");
}

}  // namespace
}  // namespace citylayers::runtime
