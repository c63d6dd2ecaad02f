// Encoding of the alert store's records. Layout: docs/formats/alerts.md.
#ifndef CITYLAYERS_STORAGE_ALERTS_ALERT_CODEC_H_
#define CITYLAYERS_STORAGE_ALERTS_ALERT_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "storage/alerts/alert_record.h"

namespace citylayers::storage {

/// The version byte that each value starts with. Version 2 of a rule state ends with the mode;
/// version 1 is read with mode kUnknown. Version 2 of an alert ends with its worst severity and
/// level; version 1 is read with the current ones as the worst.
inline constexpr std::uint8_t kAlertVersion = 2;
inline constexpr std::uint8_t kEventVersion = 1;
inline constexpr std::uint8_t kCapVersion = 1;
inline constexpr std::uint8_t kRuleStateVersion = 2;

/// Encoding cannot fail. Times are kept to the microsecond.
std::string EncodeAlert(const AlertRecord& alert);
std::string EncodeEvent(const AlertEventRecord& event);
std::string EncodeRuleState(const RuleStateRecord& state);
std::string EncodeCap(const CapRecord& cap);

/// DATA_LOSS: the bytes are truncated, too long, or contain an unknown enum value.
/// FAILED_PRECONDITION: the record has a later version.
absl::StatusOr<AlertRecord> DecodeAlert(std::string_view bytes);
absl::StatusOr<AlertEventRecord> DecodeEvent(std::string_view bytes);
absl::StatusOr<RuleStateRecord> DecodeRuleState(std::string_view bytes);
absl::StatusOr<CapRecord> DecodeCap(std::string_view bytes);

/// Hash of a line of a trail: SHA-256 over the hash of the line before (32 zero bytes for the
/// first), the alert's id (8 bytes, big endian) and the encoded line without its hash.
std::string EventHash(std::string_view previous_hash, std::uint64_t alert_id,
                      const AlertEventRecord& event);

/// Big-endian keys sort in the order of their numbers. A key of another length decodes to 0.
std::string EncodeKey64(std::uint64_t number);
std::uint64_t DecodeKey64(std::string_view key);
std::string EncodeEventKey(std::uint64_t alert_id, std::uint32_t sequence);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ALERTS_ALERT_CODEC_H_
