// The addresses of clients that call gRPC through proxies.
#ifndef CITYLAYERS_SERVICES_RUNTIME_CLIENT_ADDRESSES_H_
#define CITYLAYERS_SERVICES_RUNTIME_CLIENT_ADDRESSES_H_

#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "services/runtime/http/trusted_proxies.h"
#include "services/runtime/rpc/call_entrance.h"

namespace citylayers::runtime {

/// All values of a key of metadata, joined by commas as HTTP does; empty: not sent.
inline std::string JoinedMetadata(const CallMetadata& metadata, grpc::string_ref name) {
  std::string joined;
  const auto [begin, end] = metadata.equal_range(name);
  for (auto it = begin; it != end; ++it) {
    StrAppend(&joined, it == begin ? "" : ",",
              std::string_view(it->second.data(), it->second.size()));
  }
  return joined;
}

/// Takes the headers of `proxies` from the metadata of calls.
inline CallEntrance::AddressOf ClientAddresses(TrustedProxies proxies) {
  return [proxies = std::move(proxies)](std::string_view address, const CallMetadata& metadata) {
    return proxies.ClientOf(address, JoinedMetadata(metadata, "x-forwarded-for"),
                            JoinedMetadata(metadata, "forwarded"));
  };
}

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_CLIENT_ADDRESSES_H_
