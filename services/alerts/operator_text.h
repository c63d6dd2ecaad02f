// Checks of the texts that operators enter.
#ifndef CITYLAYERS_SERVICES_ALERTS_OPERATOR_TEXT_H_
#define CITYLAYERS_SERVICES_ALERTS_OPERATOR_TEXT_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace citylayers::alerts {

/// INVALID_ARGUMENT: the name is blank, or has more than `characters_max` characters of UTF-8.
absl::Status CheckActor(absl::string_view actor, std::size_t characters_max);

/// INVALID_ARGUMENT: the comment is required and blank, or has more than `characters_max`
/// characters.
absl::Status CheckComment(absl::string_view comment, bool is_required, std::size_t characters_max);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_OPERATOR_TEXT_H_
