// Pages of lists (AIP-158): sizes and tokens.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_PAGING_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_PAGING_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace citylayers::runtime {

/// Returns the page size to use: `default_size` for 0, at most `max_size`. INVALID_ARGUMENT:
/// negative.
absl::StatusOr<int> PageSize(int requested, int default_size, int max_size);

/// Returns an opaque token for continuing at `position` in the list that was requested with
/// `arguments` (the request without its paging fields, serialized). URL-safe text.
std::string MakePageToken(std::uint64_t position, std::string_view arguments);

/// Returns the position of a token; 0 for an empty one. INVALID_ARGUMENT: not a token made by
/// MakePageToken, or one made for other arguments.
absl::StatusOr<std::uint64_t> ReadPageToken(std::string_view token, std::string_view arguments);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_PAGING_H_
