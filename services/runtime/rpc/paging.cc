#include "services/runtime/rpc/paging.h"

#include <array>
#include <cstring>

#include "absl/strings/escaping.h"
#include <xxhash.h>

#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::runtime {
namespace {

// The token proves that it was made for these arguments, not who made it. It grants nothing that
// the call itself would not.
std::uint64_t Fingerprint(std::uint64_t position, std::string_view arguments) {
  return XXH3_64bits_withSeed(arguments.data(), arguments.size(), position ^ 0x70616765746f6b31ULL);
}

}  // namespace

absl::StatusOr<int> PageSize(int requested, int default_size, int max_size) {
  if (requested < 0)
    return BadField("page_size", StrCat(requested, " is negative; leave it 0 for ", default_size));
  if (requested == 0) return default_size;
  return requested < max_size ? requested : max_size;
}

std::string MakePageToken(std::uint64_t position, std::string_view arguments) {
  const std::array<std::uint64_t, 2> words = {position, Fingerprint(position, arguments)};
  return absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(words.data()), sizeof(words)));
}

absl::StatusOr<std::uint64_t> ReadPageToken(std::string_view token, std::string_view arguments) {
  if (token.empty()) return std::uint64_t{0};
  constexpr std::size_t kTokenBytesMax = 64;  // MakePageToken's have 22
  std::string bytes;
  std::array<std::uint64_t, 2> words{};
  if (token.size() <= kTokenBytesMax && absl::WebSafeBase64Unescape(ToAbsl(token), &bytes) &&
      bytes.size() == sizeof(words)) {
    std::memcpy(words.data(), bytes.data(), sizeof(words));
    if (words[1] == Fingerprint(words[0], arguments)) return words[0];
  }
  return WithReason(
      absl::InvalidArgumentError(
          "page_token: not a token of this list with these arguments; begin without one"),
      kReasonBadPageToken);
}

}  // namespace citylayers::runtime
