// Connections to a citylayers server.
#ifndef CITYLAYERS_CLIENT_CHANNEL_H_
#define CITYLAYERS_CLIENT_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>

namespace citylayers::client {

struct ChannelOptions {
  /// Those of MakeTlsCredentials (tls.h), or others. Null: without encryption.
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  /// API key that each call carries, as key_interceptor.h describes; empty: none.
  std::string api_key;
  /// Maximum size of a message, bytes. A tile or a page of segments is far smaller.
  int message_bytes_max = 64 << 20;
  /// A connection that does not answer a ping within `keepalive_timeout` is lost: this finds silent
  /// networks. Pings are sent only during calls, `keepalive` after the last data. A server cuts
  /// clients that ping more often than its `grpc.keepalive_min`, 5 s.
  absl::Duration keepalive = absl::Seconds(30);
  absl::Duration keepalive_timeout = absl::Seconds(10);
  /// Maximum time for connecting, including that of slow networks with losses.
  absl::Duration connect_timeout = absl::Seconds(10);
  /// Pauses between attempts to connect again: a server that restarts is connected soon.
  absl::Duration reconnect_min = absl::Milliseconds(250);
  absl::Duration reconnect_max = absl::Seconds(1);
};

/// A channel to `address` (HOST:PORT). It connects on the first call, and again after a loss, and
/// ignores proxies of the environment. One channel serves any number of stubs and threads.
///
///   const auto channel = MakeChannel("127.0.0.1:50051");
///   const auto stub = layers::v1::LayerService::NewStub(channel);
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address,
                                           const ChannelOptions& options = {});

}  // namespace citylayers::client

#endif  // CITYLAYERS_CLIENT_CHANNEL_H_
