#include "services/alerts/page_token.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "storage/alerts/digest.h"

namespace citylayers::alerts {
namespace {

constexpr char kVersion = 1;
constexpr size_t kHeadBytes = 9;        // Version and id.
constexpr size_t kSignatureBytes = 16;  // Half an HMAC-SHA-256 is more than anybody can guess.

std::string Sign(absl::string_view secret, absl::string_view request, absl::string_view head) {
  return storage::HmacSha256(secret, absl::StrCat(head, request)).substr(0, kSignatureBytes);
}

}  // namespace

std::string MakePageToken(absl::string_view secret, absl::string_view request, uint64_t before_id) {
  std::string token(1, kVersion);
  for (int shift = 56; shift >= 0; shift -= 8) {
    token.push_back(static_cast<char>(before_id >> shift));
  }
  token += Sign(secret, request, token);
  return absl::WebSafeBase64Escape(token);
}

absl::StatusOr<uint64_t> ReadPageToken(absl::string_view secret, absl::string_view request,
                                       absl::string_view token) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes) || bytes.size() != kHeadBytes + kSignatureBytes ||
      bytes[0] != kVersion ||
      bytes.substr(kHeadBytes) != Sign(secret, request, bytes.substr(0, kHeadBytes))) {
    return absl::InvalidArgumentError(
        "page_token: it belongs to no request like this one: leave it empty to begin anew, and "
        "keep all other fields the same from page to page");
  }
  uint64_t id = 0;
  for (size_t i = 1; i < kHeadBytes; ++i) id = id << 8 | static_cast<uint8_t>(bytes[i]);
  return id;
}

absl::StatusOr<int> EffectivePageSize(int page_size, int size_default, int size_max) {
  if (page_size < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("page_size: ", page_size, " is negative: give 0 for the default"));
  }
  return page_size == 0 ? size_default : std::min(page_size, size_max);
}

}  // namespace citylayers::alerts
