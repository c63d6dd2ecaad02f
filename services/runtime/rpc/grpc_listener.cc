#include "services/runtime/rpc/grpc_listener.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include <fcntl.h>
#include <grpc/grpc.h>
#include <grpc/support/alloc.h>
#include <grpcpp/security/server_credentials.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strings.h"
#include "services/runtime/log.h"
#include "services/runtime/rpc/tcp_socket.h"

namespace citylayers::runtime {
namespace {

using Json = nlohmann::json;

// Receive buffer of a connection in the kernel, which doubles it: the bytes that gRPC may still
// read from a connection after the cut.
constexpr int kReceiveBufferBytes = 256 * 1024;
// Less than this per watch period is not a flood of requests.
constexpr std::uint64_t kBusyBytes = 16 * 1024;
// Streams begun per watch period that are considered a flood while the server is flooded.
constexpr std::int64_t kBegunInFlood = 125;
constexpr int kNoDescriptorsPauseMs = 10;

std::string TakeText(char* text) {
  std::string result = text == nullptr ? "" : text;
  gpr_free(text);
  return result;
}

}  // namespace

std::int64_t ChannelzNumber(std::string_view json, std::string_view key) {
  const std::string quoted = StrCat("\"", key, "\":\"");
  const std::size_t at = json.find(quoted);
  if (at == std::string_view::npos) return 0;
  const std::string_view rest = json.substr(at + quoted.size());
  std::int64_t number = 0;
  return absl::SimpleAtoi(ToAbsl(rest.substr(0, rest.find('"'))), &number) ? number : 0;
}

GrpcListener::GrpcListener(Options options, Metrics& metrics)
    : options_(options),
      metrics_(metrics),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      spare_(open("/dev/null", O_RDONLY | O_CLOEXEC)) {}

GrpcListener::~GrpcListener() {
  Stop();
  if (wake_ >= 0) close(wake_);
  if (spare_ >= 0) close(spare_);
}

absl::StatusOr<std::uint16_t> GrpcListener::Bind(const Address& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(address.host.c_str(), nullptr, &hints, &found); error != 0) {
    return absl::InvalidArgumentError(
        StrCat("--grpc: \"", address.host, "\" is not a host of this machine (",
               gai_strerror(error), "); write for example 127.0.0.1:50051"));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, freeaddrinfo);
  std::uint16_t port = address.port;
  int error = 0;
  for (const addrinfo* it = found; it != nullptr; it = it->ai_next) {
    const int listener = ListenOn(*it, port);
    if (listener < 0) {
      // A name may have an address of a family that this machine does not support, such
      // as ::1 of localhost.
      if (error == 0 || errno == EADDRINUSE) error = errno;
      continue;
    }
    listeners_.push_back(listener);
    port = PortOf(listener);
  }
  if (!listeners_.empty() && error != EADDRINUSE) return port;
  const std::string what = StrCat("--grpc: cannot listen on ", address.ToString());
  if (error == EADDRINUSE) {
    return absl::AlreadyExistsError(
        StrCat(what, ": another program uses it; stop that one or choose --grpc HOST:PORT"));
  }
  return absl::InvalidArgumentError(StrCat(what, ": ", std::strerror(error)));
}

void GrpcListener::Register(grpc::ServerBuilder& builder,
                            std::shared_ptr<grpc::ServerCredentials> credentials) {
  if (credentials == nullptr) credentials = grpc::InsecureServerCredentials();
  acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      std::move(credentials));
}

void GrpcListener::Start() {
  thread_ = std::thread([this] { Run(); });
}

void GrpcListener::Stop() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    if (write(wake_, &one, sizeof one) < 0) LogError("cannot wake the gRPC listener");
    thread_.join();
  }
  for (const int listener : std::exchange(listeners_, {})) close(listener);
}

void GrpcListener::Run() {
  std::vector<pollfd> sources = {{wake_, POLLIN, 0}};
  for (const int listener : listeners_) sources.push_back({listener, POLLIN, 0});
  const int period_ms = static_cast<int>(absl::ToInt64Milliseconds(options_.watch_period));
  absl::Time watch_due = absl::InfinitePast();
  while (true) {
    (void)poll(sources.data(), sources.size(),
               connections_.empty() && dying_.empty() ? -1 : period_ms);
    if ((sources[0].revents & POLLIN) != 0) return;
    for (std::size_t i = 1; i < sources.size(); ++i) {
      if ((sources[i].revents & POLLIN) != 0) Accept(sources[i].fd);
    }
    const absl::Time now =
        absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
    if (now < watch_due) continue;
    watch_due = now + options_.watch_period;
    Watch();
  }
}

void GrpcListener::Accept(int listener) {
  static const std::string kRefused = "citylayers_grpc_connections_refused_total";
  static const std::string kHelp = "gRPC connections closed when they came, by why";
  while (true) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int socket = accept4(listener, reinterpret_cast<sockaddr*>(&address), &size,
                               SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        metrics_.Counter(kRefused, kHelp, {{"reason", "descriptors"}}).Increment();
        if (!MakeRoom()) return;
        continue;
      }
      return;  // EAGAIN, or an error of this one connection: poll reports the next one
    }
    if (static_cast<int>(connections_.size()) >= options_.connections_max) ForgetClosed();
    const char* refused = nullptr;
    if (flooded_) refused = "streams";
    if (socket >= options_.descriptors_end) refused = "descriptors";
    if (static_cast<int>(connections_.size()) >= options_.connections_max) refused = "connections";
    if (refused != nullptr) {
      metrics_.Counter(kRefused, kHelp, {{"reason", refused}}).Increment();
      close(socket);
      continue;
    }
    SetOption(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    SetOption(socket, SOL_SOCKET, SO_RCVBUF, kReceiveBufferBytes);
    connections_[socket] = {.inode = InodeOf(socket), .peer = PeerText(address)};
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.listener_fd = listener;
    connection.fd = socket;
    acceptor_->HandleNewConnection(&connection);
  }
}

// Without a free descriptor a waiting connection can be neither accepted nor refused, and
// poll would report it again at once. Returns false when closing the spare descriptor
// does not help either.
bool GrpcListener::MakeRoom() {
  if (spare_ < 0) {
    poll(nullptr, 0, kNoDescriptorsPauseMs);
    spare_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return false;
  }
  close(std::exchange(spare_, -1));
  for (const int listener : listeners_) {
    const int socket = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket >= 0) close(socket);
  }
  spare_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return spare_ >= 0;
}

void GrpcListener::ForgetClosed() {
  std::erase_if(connections_, [this](const auto& entry) {
    const Connection& connection = entry.second;
    if (InodeOf(entry.first) == connection.inode) return false;
    metrics_
        .Counter("citylayers_grpc_connections_closed_total",
                 "gRPC connections that have ended, whoever ended them")
        .Increment();
    if (connection.channelz_id != 0 && connection.streams > 0) {
      dying_.push_back(connection.channelz_id);
    }
    return true;
  });
}

void GrpcListener::Watch() {
  ForgetClosed();
  metrics_.Gauge("citylayers_grpc_connections", "Open gRPC connections")
      .Set(static_cast<double>(connections_.size()));
  std::vector<int> busy;
  bool unknown = false;
  for (auto& [descriptor, connection] : connections_) {
    connection.begun = 0;
    const std::uint64_t received = ReceivedBytes(descriptor);
    const std::uint64_t before = std::exchange(connection.received_bytes, received);
    if (received < before + kBusyBytes) continue;
    busy.push_back(descriptor);
    unknown |= connection.channelz_id == 0;
  }
  if (busy.empty()) return CountDying();
  if (unknown) FindIds();
  for (const int descriptor : busy) {
    Connection& connection = connections_[descriptor];
    Count(connection);
    if (connection.streams > options_.streams_per_connection_max) Cut(descriptor, connection);
  }
  CountDying();
  for (const int descriptor : busy) {
    Connection& connection = connections_[descriptor];
    if (flooded_ && connection.begun > kBegunInFlood && !connection.cut) {
      Cut(descriptor, connection);
    }
  }
  if (CountLive() <= options_.streams_max) return;
  // The counts of quiet connections are old: their streams may have ended.
  for (auto& [descriptor, connection] : connections_) {
    if (connection.begun == 0 && !connection.cut) Count(connection);
  }
  std::sort(busy.begin(), busy.end(),
            [this](int a, int b) { return connections_[a].begun > connections_[b].begun; });
  for (const int descriptor : busy) {
    if (CountLive() <= options_.streams_max) return;
    if (!connections_[descriptor].cut) Cut(descriptor, connections_[descriptor]);
  }
}

void GrpcListener::Count(Connection& connection) {
  if (connection.channelz_id == 0) return;
  const std::string json = TakeText(grpc_channelz_get_socket(connection.channelz_id));
  const std::int64_t started = ChannelzNumber(json, "streamsStarted");
  connection.begun = started - std::exchange(connection.started, started);
  connection.streams =
      started - ChannelzNumber(json, "streamsSucceeded") - ChannelzNumber(json, "streamsFailed");
}

std::int64_t GrpcListener::CountLive() const {
  std::int64_t streams = 0;
  for (const auto& [descriptor, connection] : connections_) {
    if (!connection.cut) streams += connection.streams;
  }
  return streams;
}

// A closed connection is known to gRPC as long as it has streams to free.
void GrpcListener::CountDying() {
  std::int64_t streams = 0;
  std::erase_if(dying_, [&streams](std::int64_t id) {
    Connection gone{.channelz_id = id};
    Count(gone);
    streams += gone.streams;
    return gone.streams <= 0;
  });
  for (auto& [descriptor, connection] : connections_) {
    if (!connection.cut) continue;
    Count(connection);
    streams += connection.streams;
  }
  flooded_ = streams > options_.dying_streams_max || streams + CountLive() > options_.streams_max;
}

// channelz identifies sockets by a number and the peer's address; the listener knows the address.
void GrpcListener::FindIds() {
  std::unordered_map<std::string, std::int64_t> by_peer;
  const Json servers = Json::parse(TakeText(grpc_channelz_get_servers(0)), nullptr, false);
  if (!servers.is_object() || !servers.contains("server")) return;
  for (const Json& server : servers["server"]) {
    const std::int64_t id = ChannelzNumber(server.dump(), "serverId");
    for (std::int64_t next = 0;;) {
      const Json page =
          Json::parse(TakeText(grpc_channelz_get_server_sockets(id, next, 500)), nullptr, false);
      if (!page.is_object() || !page.contains("socketRef")) break;
      for (const Json& socket : page["socketRef"]) {
        const std::string name = socket.value("name", "");
        const std::int64_t socket_id = ChannelzNumber(socket.dump(), "socketId");
        next = socket_id + 1;
        // "… ipv4:127.0.0.1:53210", "… ipv6:%5B::1%5D:53210"
        const std::size_t scheme = name.find("ipv");
        if (scheme == std::string::npos || name.size() < scheme + 5) continue;
        by_peer[absl::StrReplaceAll(name.substr(scheme + 5), {{"%5B", "["}, {"%5D", "]"}})] =
            socket_id;
      }
      if (page.value("end", false)) break;
    }
  }
  for (auto& [descriptor, connection] : connections_) {
    if (connection.channelz_id != 0) continue;
    const auto found = by_peer.find(connection.peer);
    if (found != by_peer.end()) connection.channelz_id = found->second;
  }
}

void GrpcListener::Cut(int descriptor, Connection& connection) {
  connection.cut = true;
  metrics_
      .Counter("citylayers_grpc_connections_cut_total",
               "gRPC connections cut for more streams than they may have")
      .Increment();
  LogWarning("gRPC connection cut: more streams than it may have",
             {{"peer", connection.peer}, {"streams", connection.streams}});
  if (InodeOf(descriptor) == connection.inode) (void)shutdown(descriptor, SHUT_RDWR);
}

}  // namespace citylayers::runtime
