// Tests of the gRPC port with clients that open too many connections and streams.
#include "services/runtime/rpc/grpc_listener.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strings.h"
#include "tests/support/eventually.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

// Answers every call with NOT_FOUND once its request has arrived.
class Answer final : public grpc::ServerGenericBidiReactor {
 public:
  Answer() { StartRead(&request_); }
  void OnReadDone(bool) override { Finish({grpc::StatusCode::NOT_FOUND, "nothing"}); }
  void OnDone() override { delete this; }

 private:
  grpc::ByteBuffer request_;
};
class Service final : public grpc::CallbackGenericService {
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Answer;
  }
};

class Port {
 public:
  explicit Port(GrpcListener::Options options, const std::string& host = "127.0.0.1")
      : listener_(options, metrics_) {
    port_ = listener_.Bind({host, 0}).value();
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(&service_);
    listener_.Register(builder);
    server_ = builder.BuildAndStart();
    listener_.Start();
  }
  ~Port() {
    listener_.Stop();
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
    server_->Wait();
  }

  std::uint16_t port() const { return port_; }
  std::string metrics() const { return metrics_.Serialize(); }

  /// As Answers, within 20 seconds: while the streams of a cut connection are being freed, new
  /// connections may be closed.
  bool AnswersSoon() const {
    return test::Eventually([this] { return Answers(); });
  }
  /// True when a call over a new connection gets the service's answer.
  bool Answers() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
    const auto channel = grpc::CreateCustomChannel(StrCat("127.0.0.1:", port_),
                                                   grpc::InsecureChannelCredentials(), arguments);
    grpc::GenericStub stub(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
    grpc::CompletionQueue queue;
    const auto call = stub.PrepareUnaryCall(&context, "/a.B/C", grpc::ByteBuffer(), &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return status.error_code() == grpc::StatusCode::NOT_FOUND;
  }

 private:
  Metrics metrics_;
  Service service_;
  GrpcListener listener_;
  std::uint16_t port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// A plain TCP connection.
class Socket {
 public:
  explicit Socket(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket(const Socket&) = delete;

  bool Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t size = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }
  /// True when the server sends its SETTINGS; false when it closes the connection.
  bool IsGreeted() const {
    char byte;
    return recv(fd_, &byte, 1, 0) == 1;
  }

 private:
  int fd_;
};

constexpr std::string_view kPreface{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33};

std::string FrameOf(char type, char flags, std::uint32_t stream, std::string_view payload) {
  std::string head{0, static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size()),
                   type, flags};
  for (int shift = 24; shift >= 0; shift -= 8) head += static_cast<char>(stream >> shift);
  return StrCat(head, payload);
}

std::string HeadersOf(std::uint32_t stream) {
  std::string block;
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {":method", "POST"},
           {":scheme", "http"},
           {":path", "/a.B/C"},
           {":authority", "a"},
           {"content-type", "application/grpc"},
           {"te", "trailers"}}) {
    StrAppend(&block, std::string(1, '\0'), std::string(1, static_cast<char>(strlen(name))), name,
              std::string(1, static_cast<char>(strlen(value))), value);
  }
  return FrameOf(1, 4, stream, block);
}

// Opens streams until the connection is cut, at most `count`; calls `then` after each.
template <typename Then>
bool IsCutWithin(const Socket& socket, std::uint32_t count, Then then) {
  if (!socket.Send(kPreface)) return true;
  std::string bytes;
  for (std::uint32_t i = 0; i < count; ++i) {
    StrAppend(&bytes, HeadersOf(2 * i + 1), then(2 * i + 1));
    if (bytes.size() < 64 * 1024) continue;
    if (!socket.Send(bytes)) return true;
    bytes.clear();
  }
  return !socket.Send(bytes);
}

constexpr std::uint32_t kFlood = 2'000'000;  // more than any passing test sends

TEST(GrpcListener, ServesCalls) {
  const Port port({});
  EXPECT_TRUE(port.Answers());
  EXPECT_TRUE(port.Answers());
}

TEST(GrpcListener, ASecondListenerIsToldThatThePortIsTaken) {
  const Port port({});
  Metrics metrics;
  GrpcListener second({}, metrics);
  const auto bound = second.Bind({"127.0.0.1", port.port()});
  EXPECT_EQ(bound.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(bound.status().message()), HasSubstr("--grpc"));
}

TEST(GrpcListener, OneConnectionOverTheLimitIsClosedAndThereIsRoomAgain) {
  const Port port({.connections_max = 2});
  {
    const Socket first(port.port());
    const Socket second(port.port());
    EXPECT_TRUE(first.Send(kPreface) && first.IsGreeted());
    EXPECT_TRUE(second.Send(kPreface) && second.IsGreeted());
    EXPECT_FALSE(Socket(port.port()).IsGreeted());
    EXPECT_THAT(port.metrics(), HasSubstr("refused_total{reason=\"connections\"} 1"));
  }
  while (!port.Answers()) {  // once gRPC has closed its side
  }
}

TEST(GrpcListener, ListensOnWhenDescriptorsWereUsedUp) {
  // Descriptor numbers of this process are above 3: every connection exceeds the limit.
  const Port full({.descriptors_end = 3});
  EXPECT_FALSE(Socket(full.port()).IsGreeted());
  EXPECT_THAT(full.metrics(), HasSubstr("refused_total{reason=\"descriptors\"} 1"));
}

TEST(GrpcListener, CutsAConnectionThatOpensAndResetsStreams) {
  const Port port({.streams_per_connection_max = 500, .watch_period = absl::Milliseconds(5)});
  const Socket socket(port.port());
  EXPECT_TRUE(IsCutWithin(socket, kFlood, [](std::uint32_t stream) {
    return FrameOf(3, 0, stream, std::string_view("\0\0\0\x08", 4));
  }));
  EXPECT_THAT(port.metrics(), HasSubstr("citylayers_grpc_connections_cut_total 1"));
  EXPECT_TRUE(port.AnswersSoon());
}

TEST(GrpcListener, CutsAConnectionThatOpensMoreStreamsThanItMay) {
  const Port port({.streams_per_connection_max = 500, .watch_period = absl::Milliseconds(5)});
  const Socket socket(port.port());
  EXPECT_TRUE(IsCutWithin(socket, kFlood, [](std::uint32_t) { return ""; }));
  EXPECT_TRUE(port.AnswersSoon());
}

TEST(GrpcListener, WatchesConnectionsOfEveryFamily) {
  const Port port({.streams_per_connection_max = 500, .watch_period = absl::Milliseconds(5)}, "::");
  const Socket socket(port.port());  // IPv4 on a socket of IPv6
  EXPECT_TRUE(IsCutWithin(socket, kFlood, [](std::uint32_t) { return ""; }));
  const Port named({}, "localhost");
  EXPECT_TRUE(named.Answers());
}

TEST(GrpcListener, CutsTheOneThatBeginsTheMostWhenAllHaveTooMany) {
  const Port port({.streams_max = 1000, .watch_period = absl::Milliseconds(5)});
  const Socket quiet(port.port());
  EXPECT_TRUE(quiet.Send(StrCat(kPreface, HeadersOf(1))) && quiet.IsGreeted());
  const Socket socket(port.port());
  EXPECT_TRUE(IsCutWithin(socket, kFlood, [](std::uint32_t) { return ""; }));
  EXPECT_THAT(port.metrics(), HasSubstr("citylayers_grpc_connections_cut_total 1"));
  EXPECT_TRUE(quiet.Send(HeadersOf(3)));
}

TEST(ChannelzNumber, ReadsWhatIsThere) {
  constexpr std::string_view kJson = R"({"data":{"streamsStarted":"12","x":"a"}})";
  EXPECT_EQ(ChannelzNumber(kJson, "streamsStarted"), 12);
  EXPECT_EQ(ChannelzNumber(kJson, "streamsFailed"), 0);
  EXPECT_EQ(ChannelzNumber(kJson, "x"), 0);
}

}  // namespace
}  // namespace citylayers::runtime
