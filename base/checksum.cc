#include "base/checksum.h"

#include "absl/strings/str_format.h"
#include <xxhash.h>

namespace citylayers {

std::uint64_t Checksum64(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string Checksum128Hex(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return absl::StrFormat("%016x%016x", hash.high64, hash.low64);
}

}  // namespace citylayers
