// Text of API keys: ids and times that people type, and the rows of lists. Never secrets.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_KEY_TEXT_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_KEY_TEXT_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "citylayers/access/v1/key_service.pb.h"
#include "services/programs/citylayers/table.h"

namespace citylayers::cli {

/// The resource name "keys/ID" of ID or keys/ID. INVALID_ARGUMENT: not an id; for a key with its
/// secret the message has only its id.
absl::StatusOr<std::string> ParseKeyName(std::string_view text);

/// "90d", "24h", "1d12h", "30m"; "0" is zero. INVALID_ARGUMENT: another text, a negative duration,
/// or more than 36,500 days.
absl::StatusOr<absl::Duration> ParseLongDuration(std::string_view text);

/// A time in the future: a duration from `now`, or RFC 3339. INVALID_ARGUMENT: another text, or a
/// time that has passed.
absl::StatusOr<absl::Time> ParseExpiry(std::string_view text, absl::Time now);

/// "revoked", "expired", "rotating" (two secrets are accepted) or "active".
std::string KeyState(const access::v1::Key& key, absl::Time now);

std::vector<TableColumn> KeyColumns();
std::vector<Cell> KeyCells(const access::v1::Key& key, absl::Time now);
/// The same as lines of "name  value", for one key.
std::vector<std::pair<std::string, std::string>> KeyLines(const access::v1::Key& key,
                                                          absl::Time now);
/// One line: "keys/ID of Duty (alerts:operate; never expires)".
std::string KeySummary(const access::v1::Key& key);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_KEY_TEXT_H_
