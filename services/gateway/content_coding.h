// Content codings of HTTP: which one a client gets, and the bytes in it.
#ifndef CITYLAYERS_SERVICES_GATEWAY_CONTENT_CODING_H_
#define CITYLAYERS_SERVICES_GATEWAY_CONTENT_CODING_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace citylayers::gateway {

/// In the order of preference among those a client accepts alike, the last first.
enum class Coding { kIdentity, kGzip, kBrotli, kZstd };
inline constexpr std::size_t kCodingCount = 4;

/// "gzip", "br", "zstd"; "id" for identity (as in our ETags; it is never sent as an encoding).
std::string_view CodingName(Coding coding);
/// The way back; nullopt for other text.
std::optional<Coding> CodingOf(std::string_view name);

/// The coding to answer an Accept-Encoding header with (RFC 9110 12.5.3), all its lines joined: the
/// highest weight wins, then our order. Identity, unless it is named, comes after all that is
/// acceptable, and it stands when nothing is: we never answer 406. `available` has bit i set when
/// coding i can be had.
Coding NegotiateCoding(std::string_view accept_encoding, unsigned available = ~0u);

/// The text in `coding`, or nullopt when that would not be smaller by a tenth at least, or the text
/// is under 256 bytes: then identity is sent. Levels are those that pay when made once per content
/// and sent often: gzip 6, brotli 5, zstd 6. REQUIRES: coding is not identity.
std::optional<std::string> Compress(Coding coding, std::string_view text);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_CONTENT_CODING_H_
