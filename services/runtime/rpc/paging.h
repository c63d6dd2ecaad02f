// Pages of lists (AIP-158): sizes and tokens.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_PAGING_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_PAGING_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace citylayers::runtime {

/// The page size to use: 0 gives `default_size`, more than `max_size` gives that. INVALID_ARGUMENT:
/// negative.
absl::StatusOr<int> PageSize(int requested, int default_size, int max_size);

/// An opaque token for "go on at `position`" of the list that `arguments` (the request without its
/// paging fields, serialized) asked for. URL-safe text.
std::string MakePageToken(std::uint64_t position, std::string_view arguments);

/// The position of a token; 0 for an empty one. INVALID_ARGUMENT: not a token of ours, or one of
/// other arguments.
absl::StatusOr<std::uint64_t> ReadPageToken(std::string_view token, std::string_view arguments);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_PAGING_H_
