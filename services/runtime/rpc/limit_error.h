// The error of a caller that exceeds one of its limits.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_LIMIT_ERROR_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_LIMIT_ERROR_H_

#include <string_view>

#include "absl/status/status.h"

#include "services/access/limits.h"

namespace citylayers::runtime {

/// RESOURCE_EXHAUSTED with reason LIMIT_EXCEEDED and RetryInfo. The message names the limit, its
/// value and whose it is. `key_id`: of the caller's key; empty: the limit is that of its address.
absl::Status LimitError(const access::LimitRefusal& refusal, std::string_view key_id);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_LIMIT_ERROR_H_
