#include "services/runtime/call_settings.h"

#include <string_view>

#include "base/status_macros.h"
#include "services/runtime/client_addresses.h"
#include "services/runtime/http/trusted_proxies.h"

namespace citylayers::runtime {
namespace {

constexpr std::string_view kTrustedProxies = "gateway.trusted_proxies";

}  // namespace

absl::Status CheckCallOptions(const Config& config) {
  RETURN_IF_ERROR(ParseMethodLimits(config.GetString("grpc.method_limits")).status());
  return TrustedProxies::Parse(config.GetString(kTrustedProxies), kTrustedProxies).status();
}

CallOptions ReadCallOptions(const Config& config, const MemoryBudget& memory) {
  CallOptions options;
  // CheckCallOptions has refused values that do not parse.
  options.address_of =
      ClientAddresses(TrustedProxies::Parse(config.GetString(kTrustedProxies), kTrustedProxies)
                          .value_or(TrustedProxies()));
  options.deadline_default = config.GetDuration("grpc.deadline_default");
  options.unary_max = static_cast<int>(config.GetInt("grpc.unary_max"));
  options.writes_max = static_cast<int>(config.GetInt("grpc.writes_max"));
  options.streams_max = static_cast<int>(config.GetInt("grpc.streams_max"));
  // CheckCallOptions has refused values that do not parse.
  options.method_limits =
      ParseMethodLimits(config.GetString("grpc.method_limits")).value_or(options.method_limits);
  options.stream_ends = {.age_max = config.GetDuration("grpc.connection_age_max"),
                         .return_spread = config.GetDuration("grpc.return_spread")};
  options.compress_above = static_cast<std::size_t>(config.GetInt("grpc.compress_above_bytes"));
  options.writes.timeout = config.GetDuration("grpc.write_timeout");
  options.writes.streams = memory.share(MemoryUse::kStreams);
  options.requests = memory.share(MemoryUse::kRpcRequests);
  return options;
}

}  // namespace citylayers::runtime
