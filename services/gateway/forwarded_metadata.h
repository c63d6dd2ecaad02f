// Forwarding of metadata from clients to backends and back.
#ifndef CITYLAYERS_SERVICES_GATEWAY_FORWARDED_METADATA_H_
#define CITYLAYERS_SERVICES_GATEWAY_FORWARDED_METADATA_H_

#include <map>
#include <string_view>

#include "absl/status/statusor.h"
#include <grpcpp/support/string_ref.h>

#include "services/gateway/rpc_codec.h"
#include "services/runtime/http/http_message.h"

namespace citylayers::gateway {

using MetadataMap = std::multimap<grpc::string_ref, grpc::string_ref>;

/// The headers of an HTTP request that are forwarded to the backend: credentials, language, trace,
/// and all that begin with "x-citylayers-". Values of "-bin" names are decoded. A header that gRPC
/// does not accept is left out when it is advisory (runtime::IsAdvisoryMetadata). INVALID_ARGUMENT
/// (BAD_METADATA) names any other header that gRPC does not accept, or a "-bin" value that is not
/// base64.
absl::StatusOr<Metadata> ForwardedHeaders(const runtime::HttpRequest& request);

/// The metadata of a gRPC call that are forwarded to the backend: all but those of the transport,
/// and those by which a gateway names its client (runtime/rpc/forwarded_call.h). Metadata that gRPC
/// does not accept are treated as in ForwardedHeaders.
absl::StatusOr<Metadata> ForwardedMetadata(const MetadataMap& received);

/// Replaces the credentials among forwarded metadata by `credential` (AccessControl::DelegationOf);
/// empty: changes nothing.
void SetCredential(std::string_view credential, Metadata& metadata);

/// The metadata of a backend's answer that are returned to the client. Metadata that gRPC does not
/// accept are left out: they must not cost the client the answer.
Metadata ReturnedMetadata(const MetadataMap& received);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_FORWARDED_METADATA_H_
