// The listening side of the gRPC port: accepts, counts, limits and monitors connections.
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

/// Accepts connections in gRPC's place and hands the sockets over. gRPC itself stops accepting
/// permanently when accept fails once, as it does without free descriptors (CVE-2023-4785),
/// and keeps every stream that a client opens and resets until it processes it
/// (CVE-2023-44487). The listener
///  - closes new connections while no descriptor is free, and continues when there are some;
///  - closes a new socket over connections_max, or when its number reaches descriptors_end;
///  - reads from gRPC forty times per second how many streams each busy connection has, with those
///    that were reset and are not freed yet. It cuts a connection that has more than
///    streams_per_connection_max. While all connections together have more than streams_max, it
///    cuts the one that began the most streams since the last check. While more than
///    dying_streams_max streams of connections that are cut or closed are being freed, or too many
///    together with the live ones, it closes new connections and cuts a connection that begins many
///    streams.
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
    // Streams of connections that are cut or closed, not freed yet: each holds some 25 KB.
    std::int64_t dying_streams_max = 4'000;
    absl::Duration watch_period = absl::Milliseconds(25);
  };
  GrpcListener(Options options, Metrics& metrics);
  /// Calls Stop.
  ~GrpcListener();
  GrpcListener(const GrpcListener&) = delete;
  GrpcListener& operator=(const GrpcListener&) = delete;

  /// Binds every address of the host and returns the port. ALREADY_EXISTS: another program uses it.
  /// INVALID_ARGUMENT: not an address of this machine.
  absl::StatusOr<std::uint16_t> Bind(const Address& address);
  /// `credentials`: of its connections; null: without TLS.
  void Register(grpc::ServerBuilder& builder,
                std::shared_ptr<grpc::ServerCredentials> credentials = nullptr);
  /// Begins to accept. REQUIRES: Bind, Register, and a started server.
  void Start();
  /// Closes the port; open connections stay open. Idempotent.
  void Stop();

 private:
  // A connection handed to gRPC, which may close it at any time: the inode shows whether the
  // descriptor is still the same socket.
  struct Connection {
    std::uint64_t inode = 0;
    std::string peer;  // "127.0.0.1:53210"
    std::uint64_t received_bytes = 0;
    std::int64_t channelz_id = 0;  // 0: not looked up yet
    std::int64_t started = 0;      // total number of streams
    std::int64_t begun = 0;        // streams since the last check
    std::int64_t streams = 0;      // streams that gRPC holds at present
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
  int spare_ = -1;  // closed temporarily, to accept and close a socket when no descriptor is free
  // Used by the thread only:
  std::unordered_map<int, Connection> connections_;  // by descriptor
  std::vector<std::int64_t> dying_;  // closed connections that still have streams, by channelz_id
  bool flooded_ = false;
  std::thread thread_;
};

/// Returns the number after `"key":"` in a channelz answer; 0 when it is absent.
std::int64_t ChannelzNumber(std::string_view json, std::string_view key);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_GRPC_LISTENER_H_
