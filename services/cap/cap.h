// CAP 1.2 messages (OASIS Common Alerting Protocol): values, XML, and checks beyond the schema.
#ifndef CITYLAYERS_SERVICES_CAP_CAP_H_
#define CITYLAYERS_SERVICES_CAP_CAP_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "base/lon_lat.h"

namespace citylayers::cap {

inline constexpr std::size_t kCapHeadlineCharactersMax = 160;

/// Prefix of the headline of each exercise, so that it is not taken for a real alert.
struct ExerciseMark {
  const char* vi = "[DIỄN TẬP]";
  const char* en = "[EXERCISE]";
};
inline constexpr ExerciseMark kExerciseMark;

/// An earlier message that this one updates or cancels.
struct CapReference {
  std::string sender;
  std::string identifier;
  absl::Time sent;
};

/// The area where people should act: at least one polygon or circle.
struct CapArea {
  std::string description;
  std::vector<std::vector<LonLat>> polygons;  ///< Closed rings of at least four points.
  std::vector<std::pair<LonLat, double>> circles_km;
};

/// The message in one language. Values of the standard: "Met", "Immediate", "Severe", "Observed"...
struct CapInfo {
  std::string language;  ///< "vi-VN"
  std::vector<std::string> categories;
  std::string event;
  std::vector<std::string> response_types;
  std::string urgency;
  std::string severity;
  std::string certainty;
  absl::Time effective;
  absl::Time onset;
  absl::Time expires;
  std::string sender_name;
  std::string headline;
  std::string description;
  std::string instruction;
  std::vector<std::pair<std::string, std::string>> parameters;
  CapArea area;
};

struct CapMessage {
  std::string identifier;
  std::string sender;
  absl::Time sent;
  std::string status;    ///< Actual, Exercise, Test, System or Draft.
  std::string msg_type;  ///< Alert, Update or Cancel.
  std::string note;      ///< Left out when empty.
  std::vector<CapReference> references;
  std::vector<CapInfo> infos;
};

/// "2026-11-21T17:30:00+07:00": the only form that CAP's schema accepts, in the city's time zone.
std::string FormatCapTime(absl::Time time);

/// The XML of a message, in UTF-8. INVALID_ARGUMENT: CheckCap refuses it.
absl::StatusOr<std::string> WriteCap(const CapMessage& message);

/// Checks rules that the schema cannot express: no spaces, commas, < or & in identifier and sender;
/// times of four-digit years; references where the type requires them; Vietnamese and English with
/// equal levels and times; an end after the beginning; headlines up to 160 characters; an area with
/// a place on the earth and closed rings.
/// INVALID_ARGUMENT: names the element and the violation.
absl::Status CheckCap(const CapMessage& message);

}  // namespace citylayers::cap

#endif  // CITYLAYERS_SERVICES_CAP_CAP_H_
