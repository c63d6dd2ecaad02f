#include "services/runtime/rpc/grpc_port.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include <grpcpp/create_channel.h>
#include <grpcpp/health_check_service_interface.h>

#include "base/status_macros.h"
#include "citylayers/client/key_interceptor.h"
#include "services/runtime/descriptors.h"
#include "services/runtime/rpc/malformed_requests.h"
#include "services/runtime/rpc/stream_ends.h"
#include "services/runtime/rpc/tls_credentials.h"

namespace citylayers::runtime {
namespace {

constexpr absl::Duration kHandshakeTimeout = absl::Seconds(20);  // of HTTP/2, without TLS
constexpr std::int64_t kStreamsOfClient = 2'000;
constexpr std::int64_t kStreamsOfGateway = 20'000;
// Time that gRPC may take to end the calls that are cancelled at the end of the drain.
constexpr absl::Duration kCancelPatience = absl::Seconds(1);

std::int64_t StreamsPerConnection(const Config& config, bool has_gateway) {
  const std::int64_t streams_max = config.GetInt("grpc.streams_per_connection_max");
  if (streams_max != 0) return streams_max;
  return has_gateway ? kStreamsOfClient : kStreamsOfGateway;
}

GrpcListener::Options ListenerOptions(const Config& config, std::int64_t streams_max) {
  GrpcListener::Options options;
  options.descriptors_end =
      ConnectionDescriptorsEnd(RaiseDescriptorLimit(config.GetInt("server.descriptors_max")),
                               config.GetInt("server.descriptors_reserve"));
  // gRPC clients leave half of the connections' descriptors to HTTP.
  options.connections_max = std::min(static_cast<int>(config.GetInt("grpc.connections_max")),
                                     options.descriptors_end / 2);
  // A tenth more than announced: streams of a conforming client may overlap with ones that end, and
  // must not get it cut.
  options.streams_per_connection_max = streams_max + std::max<std::int64_t>(streams_max / 10, 100);
  options.streams_max = config.GetInt("grpc.streams_max") + config.GetInt("grpc.unary_max") +
                        config.GetInt("grpc.writes_max");
  return options;
}

// Messages of clients are not decompressed: gRPC checks the size of a message before, not after
// decompression, and 1 MB of gzip may hold 1 GiB. Answers may be compressed nevertheless: gRPC asks
// only the client's side whether it accepts that (CallAdapter).
template <typename Arguments>
void TakeNoCompressedMessages(Arguments set) {
  set(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE);
  set(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
}

int Milliseconds(const Config& config, std::string_view key) {
  return static_cast<int>(absl::ToInt64Milliseconds(config.GetDuration(key)));
}

grpc::ChannelArguments ArgumentsOf(const Config& config) {
  grpc::ChannelArguments arguments;
  const int bytes_max = static_cast<int>(config.GetInt("grpc.message_bytes_max"));
  arguments.SetMaxReceiveMessageSize(bytes_max);
  arguments.SetMaxSendMessageSize(bytes_max);
  TakeNoCompressedMessages([&](const char* key, int value) { arguments.SetInt(key, value); });
  return arguments;
}

using Interceptors =
    std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>>;

Interceptors KeyInterceptors(const std::string& key) {
  Interceptors interceptors;
  if (!key.empty()) interceptors.push_back(client::MakeKeyInterceptor(key));
  return interceptors;
}

// gRPC adds its own jitter of a tenth to the age. A stream that began just before the connection
// was asked to end may last StreamEnds::kOldest ages from then on; what remains after that and the
// grace is cut.
void SetAges(const Config& config, grpc::ServerBuilder& builder) {
  const absl::Duration age_max = config.GetDuration("grpc.connection_age_max");
  const absl::Duration grace =
      age_max * StreamEnds::kOldest + config.GetDuration("grpc.connection_age_grace");
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             Milliseconds(config, "grpc.connection_age_max"));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             static_cast<int>(absl::ToInt64Milliseconds(grace)));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS,
                             Milliseconds(config, "grpc.connection_idle_max"));
}

void SetLimits(const Config& config, const MemoryBudget& memory, std::int64_t streams_max,
               grpc::ServerBuilder& builder) {
  TakeNoCompressedMessages(
      [&](const char* key, int value) { builder.AddChannelArgument(key, value); });
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, static_cast<int>(streams_max));
  // gRPC parses a message before its memory is charged; a small limit bounds that memory.
  builder.SetMaxReceiveMessageSize(static_cast<int>(config.GetInt("grpc.request_bytes_max")));
  builder.SetMaxSendMessageSize(static_cast<int>(config.GetInt("grpc.message_bytes_max")));
  grpc::ResourceQuota quota("server");
  quota.Resize(memory.bytes(MemoryUse::kTransport));
  builder.SetResourceQuota(quota);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(config, "grpc.keepalive"));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                             Milliseconds(config, "grpc.keepalive_timeout"));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Milliseconds(config, "grpc.keepalive_min"));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  SetAges(config, builder);
}

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcPort>> GrpcPort::Open(Address address, const Content& content,
                                                         const Config& config,
                                                         const MemoryBudget& memory,
                                                         Metrics& metrics) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  const std::int64_t streams_max = StreamsPerConnection(config, content.has_gateway);
  auto port = std::unique_ptr<GrpcPort>(
      new GrpcPort(ListenerOptions(config, streams_max), metrics, content.service_names));
  ASSIGN_OR_RETURN(const std::uint16_t bound, port->listener_.Bind(address));
  const TlsSource* const tls = content.tls;
  port->listener_.Register(builder, tls == nullptr ? nullptr : MakeServerCredentials(*tls));
  // Limits clients that connect and send nothing.
  builder.AddChannelArgument(
      GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
      static_cast<int>(absl::ToInt64Milliseconds(
          tls == nullptr ? kHandshakeTimeout : tls->settings().handshake_timeout)));
  SetLimits(config, memory, streams_max, builder);
  for (grpc::Service* service : content.services) builder.RegisterService(service);
  for (const auto& configure : content.configure) configure(builder);
  if (!content.passes_calls_on) builder.RegisterCallbackGenericService(&port->unknown_methods_);
  port->reflection_.Register(builder);
  AnswerMalformedRequests(builder);
  port->server_ = builder.BuildAndStart();
  if (port->server_ == nullptr) return absl::InternalError("gRPC does not start a server");
  // Not serving until readiness is known.
  port->server_->GetHealthCheckService()->SetServingStatus(false);
  port->listener_.Start();
  address.port = bound;
  port->address_ = std::move(address);
  return port;
}

std::shared_ptr<grpc::Channel> GrpcPort::InProcessChannel(const Config& config,
                                                          const std::string& key) {
  return server_->experimental().InProcessChannelWithInterceptors(ArgumentsOf(config),
                                                                  KeyInterceptors(key));
}

std::shared_ptr<grpc::Channel> GrpcPort::RemoteChannel(const std::string& target,
                                                       const Config& config,
                                                       const std::string& key) {
  grpc::ChannelArguments arguments = ArgumentsOf(config);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(config, "grpc.keepalive"));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(config, "grpc.keepalive_timeout"));
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  // The calls carry the key of the processes: it does not pass a proxy of the environment.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  const BackendAddress backend = ParseBackend(target);
  // Daemon::Check has refused files that do not belong together.
  const std::shared_ptr<grpc::ChannelCredentials> credentials =
      backend.has_tls
          ? MakeBackendCredentials(ReadBackendTlsFiles(config).value_or(BackendTlsFiles()))
          : grpc::InsecureChannelCredentials();
  return grpc::experimental::CreateCustomChannelWithInterceptors(backend.target, credentials,
                                                                 arguments, KeyInterceptors(key));
}

// gRPC ends a call when its stream has passed through its queues, and clients may have filled
// these.
bool GrpcPort::Shutdown(absl::Time deadline) {
  auto done = std::make_shared<absl::Notification>();
  std::thread stopping([server = server_.get(), deadline, done] {
    server->Shutdown(absl::ToChronoTime(deadline));
    server->Wait();
    done->Notify();
  });
  const absl::Time end = std::max(deadline, absl::Now()) + kCancelPatience;
  if (done->WaitForNotificationWithTimeout(end - absl::Now())) {
    stopping.join();
    return true;
  }
  stopping.detach();
  return false;
}

}  // namespace citylayers::runtime
