// Records of the alert store: alerts, lines of their audit trails, states of the rules, and issued
// CAP messages. Plain values; times are city time unless stated otherwise.
#ifndef CITYLAYERS_STORAGE_ALERTS_ALERT_RECORD_H_
#define CITYLAYERS_STORAGE_ALERTS_ALERT_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "base/lon_lat.h"

namespace citylayers::storage {

/// A text in the two languages of the city.
struct Localized {
  std::string vi;
  std::string en;
  friend bool operator==(const Localized&, const Localized&) = default;
};

// The numbers of these enums are stored: never renumber them.
enum class AlertKind : std::uint8_t { kStage = 1, kStreetDepth = 2, kJam = 3, kOutage = 4 };
enum class AlertSeverity : std::uint8_t { kMinor = 1, kModerate = 2, kSevere = 3, kExtreme = 4 };
enum class AlertState : std::uint8_t { kOpen = 1, kAcknowledged = 2, kResolved = 3 };
enum class AlertEventType : std::uint8_t {
  kRaised = 1,
  kEscalated = 2,
  kEased = 3,
  kAcknowledged = 4,
  kResolved = 5,
  kCommented = 6
};
/// The source of the city's time: the wall clock, or a replay.
enum class CityMode : std::uint8_t { kUnknown = 1, kReal = 2, kExercise = 3 };

/// A raised condition.
struct AlertRecord {
  std::uint64_t id = 0;  ///< From 1, in the order of raising.
  std::string rule;      ///< The rule that raised it: "stage", "street_depth", "jam" or "outage".
  /// The subject: `stations/{id}`, `streets/{name}`, `jams/{id}` or `inputs/{name}`.
  std::string subject;
  AlertKind kind = AlertKind::kStage;
  AlertSeverity severity = AlertSeverity::kMinor;
  AlertState state = AlertState::kOpen;
  std::int32_t tier = 0;  ///< The step of its rule in force, from 1.
  std::int32_t level =
      0;  ///< The public number: báo động 1 to 3, depth class 1 to 4, jam tier 1 to 3.
  Localized place;
  LonLat location;
  double radius_m = 0;  ///< Radius around `location` within which people should act.
  Localized headline;
  Localized instruction;
  double peak_value = 0;  ///< The worst value so far, in `unit`.
  double value = 0;
  std::string unit;  ///< "m" or "km/h".
  absl::Time create_time;
  absl::Time update_time;
  absl::Time resolve_time = absl::InfiniteFuture();  ///< InfiniteFuture while the alert is active.
  std::string acknowledged_by;
  bool exercise = false;             ///< Raised during a replay.
  std::vector<std::string> cap_ids;  ///< CAP messages issued for it, oldest first.
  std::uint32_t event_count = 0;     ///< Number of lines in its trail. Set by the store.
  std::string trail_hash;            ///< Hash of the last line, 32 bytes. Set by the store.
  AlertSeverity worst_severity = AlertSeverity::kMinor;  ///< The highest severity so far.
  std::int32_t worst_level = 0;                          ///< The highest level so far.
  /// City time since which its subject has no data; InfiniteFuture while it has data. Not stored.
  absl::Time silent_since = absl::InfiniteFuture();
  friend bool operator==(const AlertRecord&, const AlertRecord&) = default;
};

/// A line of an alert's audit trail.
struct AlertEventRecord {
  std::uint32_t sequence = 0;  ///< From 1. Set by the store.
  AlertEventType type = AlertEventType::kRaised;
  absl::Time event_time;
  absl::Time write_time;  ///< Wall-clock time.
  std::string actor;      ///< An operator's name, or "system".
  std::string comment;
  std::int32_t level = 0;  ///< The alert's level after this event.
  std::string
      hash;  ///< SHA-256 over the previous line's hash and this line, 32 bytes. Set by the store.
  friend bool operator==(const AlertEventRecord&, const AlertEventRecord&) = default;
};

/// The stored state of a rule for one subject, so that a restart does not raise an alert again.
struct RuleStateRecord {
  std::string rule;
  std::string subject;
  std::int32_t tier = 0;  ///< Tier in force, 0 when none.
  /// Ended by hand at this tier: tiers up to it raise no alert. 0: not suppressed.
  std::int32_t suppressed_tier = 0;
  std::uint64_t alert_id = 0;                   ///< The alert raised for it, 0 when none.
  absl::Time read_time = absl::InfinitePast();  ///< Time of the newest reading taken into account.
  /// The mode in which it was stored; it does not apply in the other mode. kUnknown: stored by a
  /// version without this field.
  CityMode mode = CityMode::kUnknown;
  friend bool operator==(const RuleStateRecord&, const RuleStateRecord&) = default;
};

/// A CAP message as issued. Never changed afterwards.
struct CapRecord {
  std::string cap_id;  ///< `{instance}-{number}`, see AlertStore::NextCapId.
  std::uint64_t alert_id = 0;
  std::string message_type;  ///< "Alert", "Update" or "Cancel".
  absl::Time sent_time;
  bool exercise = false;
  Localized headline;
  std::string xml;  ///< UTF-8.
  friend bool operator==(const CapRecord&, const CapRecord&) = default;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ALERTS_ALERT_RECORD_H_
