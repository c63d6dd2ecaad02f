// Text of a gRPC status: its size in a header, and shortening to fit.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_HEADER_TEXT_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_HEADER_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace citylayers::runtime {

/// Size of `text` in bytes as grpc-message: each byte that is not printable ASCII
/// takes three ("%C3").
std::size_t EncodedSize(std::string_view text);

/// Returns `text` as valid UTF-8 (other bytes become "?"), cut between characters so that
/// EncodedSize is at most `encoded_bytes_max`; a cut text ends in "...". REQUIRES:
/// encoded_bytes_max >= 3.
std::string FitHeader(std::string_view text, std::size_t encoded_bytes_max);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_HEADER_TEXT_H_
