// The listening side of the gRPC port: accepts, counts, limits and watches connections.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_GRPC_LISTENER_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_GRPC_LISTENER_H_

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <grpcpp/server_builder.h>

#include "services/runtime/config/address.h"
#include "services/runtime/metrics.h"

namespace citylayers::runtime {

/// gRPC stops accepting for good when accept fails once, as it does without free descriptors
/// (CVE-2023-4785), and keeps every stream that a client opens and resets until it gets to it
/// (CVE-2023-44487). So this accepts in its place and hands the sockets over:
///  - without free descriptors it closes what comes and goes on when there are some;
///  - over connections_max, or when a socket's number reaches descriptors_end, it closes the
///  socket;
///  - forty times a second it asks gRPC how many streams each busy connection has, those that were
///    reset and are not freed yet included. It cuts a connection that has more than
///    streams_per_connection_max, and, while all have more than streams_max together, the one that
///    began the most streams since the last time. While more than dying_streams_max streams of
///    connections that are cut or gone are being freed, or too many with those that live, new
///    connections are closed, and a connection that begins many streams is cut.
///
///   GrpcListener listener(options, metrics);
///   ASSIGN_OR_RETURN(port, listener.Bind(address));
///   listener.Register(builder);
///   server = builder.BuildAndStart();
///   listener.Start();
///   ...
///   listener.Stop();  // before the server's Shutdown
class GrpcListener {
 public:
  struct Options {
    int connections_max = 4096;
    int descriptors_end = std::numeric_limits<int>::max();
    std::int64_t streams_per_connection_max = 12'000;
    std::int64_t streams_max = 24'000;
    // Of connections that are cut or gone, not freed yet: each holds some 25 KB.
    std::int64_t dying_streams_max = 4'000;
    absl::Duration watch_period = absl::Milliseconds(25);
  };
  GrpcListener(Options options, Metrics& metrics);
  /// Stops.
  ~GrpcListener();
  GrpcListener(const GrpcListener&) = delete;
  GrpcListener& operator=(const GrpcListener&) = delete;

  /// Binds every address of the host and returns the port. ALREADY_EXISTS: another program has it.
  /// INVALID_ARGUMENT: not an address of this machine.
  absl::StatusOr<std::uint16_t> Bind(const Address& address);
  void Register(grpc::ServerBuilder& builder);
  /// Begins to accept. REQUIRES: Bind, Register, and a server that has started.
  void Start();
  /// Closes the port; connections live on. Idempotent.
  void Stop();

 private:
  // A connection handed to gRPC, which closes it when it likes: the inode tells whether the
  // descriptor is the same socket still.
  struct Connection {
    std::uint64_t inode = 0;
    std::string peer;  // "127.0.0.1:53210"
    std::uint64_t received_bytes = 0;
    std::int64_t channelz_id = 0;  // 0: not looked up yet
    std::int64_t started = 0;      // streams, ever
    std::int64_t begun = 0;        // of them, since the last time
    std::int64_t streams = 0;      // that gRPC has at present
    bool cut = false;
  };

  void Run();
  void Accept(int listener);
  bool MakeRoom();
  void Watch();
  void ForgetClosed();
  void FindIds();
  static void Count(Connection& connection);
  std::int64_t CountLive() const;
  void CountDying();
  void Cut(int descriptor, Connection& connection);

  const Options options_;
  Metrics& metrics_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::vector<int> listeners_;
  int wake_ = -1;   // eventfd
  int spare_ = -1;  // given up to accept and close a socket when there is no descriptor left
  // Of the thread:
  std::unordered_map<int, Connection> connections_;  // by descriptor
  std::vector<std::int64_t> dying_;                  // connections that are gone, by channelz_id
  bool flooded_ = false;
  std::thread thread_;
};

/// The number behind `"key":"` in a channelz answer; 0 when it is not there.
std::int64_t ChannelzNumber(std::string_view json, std::string_view key);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_GRPC_LISTENER_H_
