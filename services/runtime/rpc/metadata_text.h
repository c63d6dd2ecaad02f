// Checks of names and values of gRPC metadata.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_METADATA_TEXT_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_METADATA_TEXT_H_

#include <string_view>

#include "absl/status/status.h"

namespace citylayers::runtime {

/// gRPC ends the process that adds metadata with a name or a value that it does not accept.
/// Therefore all names and values from outside must pass CheckMetadata before
/// ClientContext::AddMetadata, ServerContext::AddInitialMetadata or AddTrailingMetadata. gRPC does
/// not check metadata that it receives.

/// In the initial metadata of an answer that is the same as long as its request is: HTTP caches may
/// keep it for a year.
inline constexpr std::string_view kImmutableMetadata = "x-citylayers-immutable";

/// True for names of a-z, 0-9, "-", "_" and ".", not empty. Pseudo-headers (":path") are not names.
bool IsMetadataName(std::string_view name);

/// True for names whose values may be any bytes: names that end in "-bin" and are longer than that.
bool IsBinaryMetadata(std::string_view name);

/// True for names that only gRPC and HTTP/2 may set, such as "te" or "grpc-timeout", and for
/// headers of one connection, such as "connection".
bool IsTransportMetadata(std::string_view name);

/// OK when gRPC accepts the pair. Values of names without "-bin" are bytes of 0x20 to 0x7e.
/// INVALID_ARGUMENT with reason BAD_METADATA names the header and the first byte that is not
/// accepted; the value may be a secret and is not repeated.
absl::Status CheckMetadata(std::string_view name, std::string_view value);

/// True for metadata that a call does not depend on: its trace, the caller's request id and the
/// languages of its texts. When CheckMetadata refuses such a pair, the call proceeds without it.
bool IsAdvisoryMetadata(std::string_view name);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_METADATA_TEXT_H_
