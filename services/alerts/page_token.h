// Page tokens of list methods: opaque, and good only for the request that they came from.
#ifndef CITYLAYERS_SERVICES_ALERTS_PAGE_TOKEN_H_
#define CITYLAYERS_SERVICES_ALERTS_PAGE_TOKEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace citylayers::alerts {

/// A token that says "go on before this id". `request` is what must stay the same between pages,
/// e.g. method and filter. Signed with `secret`, so that a token that was made up or belongs to
/// another request is told apart.
std::string MakePageToken(absl::string_view secret, absl::string_view request, uint64_t before_id);

/// The id of a token. INVALID_ARGUMENT: not a token of this server for this request.
absl::StatusOr<uint64_t> ReadPageToken(absl::string_view secret, absl::string_view request,
                                       absl::string_view token);

/// The page size to use: `size_default` for 0, at most `size_max`.
/// INVALID_ARGUMENT: it is negative.
absl::StatusOr<int> EffectivePageSize(int page_size, int size_default, int size_max);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_PAGE_TOKEN_H_
