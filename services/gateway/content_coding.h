// HTTP content codings: negotiation and compression.
#ifndef CITYLAYERS_SERVICES_GATEWAY_CONTENT_CODING_H_
#define CITYLAYERS_SERVICES_GATEWAY_CONTENT_CODING_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace citylayers::gateway {

/// Later values are preferred among codings that a client accepts with equal weight.
enum class Coding { kIdentity, kGzip, kBrotli, kZstd };
inline constexpr std::size_t kCodingCount = 4;

/// "gzip", "br", "zstd"; "id" for identity (as in ETags; it is never sent as a Content-Encoding).
std::string_view CodingName(Coding coding);

/// The coding to answer an Accept-Encoding header with (RFC 9110 12.5.3); the argument is all its
/// lines joined. The highest weight wins, then the order of Coding. Identity comes after all other
/// acceptable codings unless the header names it, and is used when nothing is acceptable: the
/// gateway never answers 406. Bit i of `available` is set when coding i is available.
Coding NegotiateCoding(std::string_view accept_encoding, unsigned available = ~0u);

/// The text in `coding`, or nullopt when that would save less than a tenth, or the text is shorter
/// than 256 bytes: then identity is sent. The levels suit content that is compressed once and sent
/// often: gzip 6, brotli 5, zstd 6. REQUIRES: coding is not identity.
std::optional<std::string> Compress(Coding coding, std::string_view text);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_CONTENT_CODING_H_
