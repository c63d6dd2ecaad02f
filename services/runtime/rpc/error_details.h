// Errors with machine-readable details (AIP-193), carried as payloads of absl::Status.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_ERROR_DETAILS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_ERROR_DETAILS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace citylayers::runtime {

// Reasons of google.rpc.ErrorInfo, domain "citylayers". docs/use/errors.md explains
// each; keep both in step.
inline constexpr std::string_view kReasonBadField = "BAD_FIELD";
inline constexpr std::string_view kReasonBadMetadata = "BAD_METADATA";
inline constexpr std::string_view kReasonBadFilter = "BAD_FILTER";
inline constexpr std::string_view kReasonBadPageToken = "BAD_PAGE_TOKEN";
inline constexpr std::string_view kReasonBadSequence = "BAD_SEQUENCE";
inline constexpr std::string_view kReasonBatchTooLarge = "BATCH_TOO_LARGE";
inline constexpr std::string_view kReasonOverloaded = "OVERLOADED";
inline constexpr std::string_view kReasonLimitExceeded = "LIMIT_EXCEEDED";
inline constexpr std::string_view kReasonDeadlinePassed = "DEADLINE_PASSED";
inline constexpr std::string_view kReasonStorageUnavailable = "STORAGE_UNAVAILABLE";
inline constexpr std::string_view kReasonNoTerrain = "NO_TERRAIN";
inline constexpr std::string_view kReasonUnknownLayer = "UNKNOWN_LAYER";
inline constexpr std::string_view kReasonUnknownStream = "UNKNOWN_STREAM";
inline constexpr std::string_view kReasonKeyNeeded = "KEY_NEEDED";
inline constexpr std::string_view kReasonBadKey = "BAD_KEY";
inline constexpr std::string_view kReasonBadSession = "BAD_SESSION";
inline constexpr std::string_view kReasonCsrfTokenNeeded = "CSRF_TOKEN_NEEDED";
inline constexpr std::string_view kReasonScopeNeeded = "SCOPE_NEEDED";
inline constexpr std::string_view kReasonReadOnly = "READ_ONLY";
inline constexpr std::string_view kReasonForeignOrigin = "FOREIGN_ORIGIN";
inline constexpr std::string_view kReasonClockBackwards = "CLOCK_BACKWARDS";
inline constexpr std::string_view kReasonClockDriven = "CLOCK_DRIVEN";
inline constexpr std::string_view kReasonStreamAge = "STREAM_AGE";
inline constexpr std::string_view kReasonStopping = "STOPPING";

/// Returns `status` with ErrorInfo{reason, domain "citylayers"}.
absl::Status WithReason(absl::Status status, std::string_view reason);

/// The reason that WithReason has added; empty without one.
std::string ReasonOf(const absl::Status& status);

/// INVALID_ARGUMENT with the message "field: description", BadRequest{field, description} and
/// reason BAD_FIELD.
absl::Status BadField(std::string_view field, std::string_view description);

/// Returns `status` with RetryInfo{delay}: the time after which the caller may retry.
absl::Status WithRetryAfter(absl::Status status, absl::Duration delay);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_ERROR_DETAILS_H_
