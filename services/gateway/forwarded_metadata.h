// Metadata that a gateway passes on, from clients to backends and back.
#ifndef CITYLAYERS_SERVICES_GATEWAY_FORWARDED_METADATA_H_
#define CITYLAYERS_SERVICES_GATEWAY_FORWARDED_METADATA_H_

#include <map>

#include "absl/status/statusor.h"
#include <grpcpp/support/string_ref.h>

#include "services/gateway/rpc_codec.h"
#include "services/runtime/http/http_message.h"

namespace citylayers::gateway {

using MetadataMap = std::multimap<grpc::string_ref, grpc::string_ref>;

/// Headers of an HTTP request that travel on to the backend: who calls, in which language, in which
/// trace, and all of "x-citylayers-". Values of "-bin" names are decoded. What gRPC does not accept
/// is left out when it is advisory (runtime::IsAdvisoryMetadata). INVALID_ARGUMENT (BAD_METADATA)
/// names any other header that gRPC does not accept, or a "-bin" value that is not base64.
absl::StatusOr<Metadata> ForwardedHeaders(const runtime::HttpRequest& request);

/// Metadata of a gRPC call that travel on to the backend: all but the transport's own. Treats what
/// gRPC does not accept as ForwardedHeaders does.
absl::StatusOr<Metadata> ForwardedMetadata(const MetadataMap& received);

/// Metadata of a backend's answer that travel on to the client. What gRPC does not accept is left
/// out: the answer is worth more than its annotations.
Metadata ReturnedMetadata(const MetadataMap& received);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_FORWARDED_METADATA_H_
