#include "services/alerts/alert_cap.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "base/text.h"

namespace citylayers::alerts {
namespace {

using storage::AlertKind;
using storage::AlertRecord;
using storage::AlertState;

std::string SeverityWord(storage::AlertSeverity severity) {
  switch (severity) {
    case storage::AlertSeverity::kMinor:
      return "Minor";
    case storage::AlertSeverity::kModerate:
      return "Moderate";
    case storage::AlertSeverity::kSevere:
      return "Severe";
    case storage::AlertSeverity::kExtreme:
      return "Extreme";
  }
  return "Unknown";
}

std::string FormatValue(const AlertRecord& alert, double value) {
  return alert.unit == "m" ? absl::StrFormat("%.2f m", value)
                           : absl::StrFormat("%.1f %s", value, alert.unit);
}

// Street names can be of any length; a headline is at most 160 characters, an ellipsis included.
std::string Clip(const std::string& text, size_t characters_max) {
  size_t characters = 0;
  size_t cut = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((text[i] & 0xc0) == 0x80) continue;  // Inside a character of UTF-8.
    if (characters++ == characters_max - 1) cut = i;
  }
  return characters <= characters_max ? text : text.substr(0, cut) + "…";
}

}  // namespace

absl::Status CheckCapOptions(const CapOptions& options) {
  if (options.sender.empty() || options.sender.find_first_of(" \t\n,<&") != std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("alerts.cap_sender \"", options.sender,
                     "\": give an address without spaces, commas, < or &"));
  }
  for (const std::string& text : {options.sender, options.sender_name}) {
    if (XmlText(text) != text || !IsUtf8(text)) {
      return absl::InvalidArgumentError(
          absl::StrCat("alerts.cap_sender or alerts.cap_sender_name \"", XmlText(text),
                       "\" has bytes that are not UTF-8 or characters that XML cannot hold: no CAP "
                       "message could be made"));
    }
  }
  if (options.sender_name.empty()) {
    return absl::InvalidArgumentError("alerts.cap_sender_name is empty: give the city's name");
  }
  for (const absl::Duration validity :
       {options.stage_valid, options.street_valid, options.jam_valid}) {
    if (validity < absl::Minutes(1)) {
      return absl::InvalidArgumentError("a CAP message must be valid for at least a minute");
    }
  }
  return absl::OkStatus();
}

absl::Duration CapValidity(const CapOptions& options, AlertKind kind) {
  switch (kind) {
    case AlertKind::kStage:
      return options.stage_valid;
    case AlertKind::kStreetDepth:
      return options.street_valid;
    case AlertKind::kJam:
    case AlertKind::kOutage:  // Has no messages.
      break;
  }
  return options.jam_valid;
}

cap::CapMessage MakeCap(const CapOptions& options, const AlertRecord& alert,
                        const AlertText& alert_text, const std::string& identifier,
                        const std::vector<cap::CapReference>& earlier, absl::Time sent,
                        const std::string& scenario) {
  const bool over = alert.state == AlertState::kResolved;
  const Grade grade = GradeOf(alert.kind, std::max(1, alert.tier));
  cap::CapMessage message{.identifier = identifier,
                          .sender = options.sender,
                          .sent = sent,
                          .status = alert.exercise ? "Exercise" : "Actual",
                          .msg_type = earlier.empty() ? "Alert"
                                      : over          ? "Cancel"
                                                      : "Update"};
  if (alert.exercise) {
    // CAP 1.2 requires the name of the exercise here.
    const std::string name = scenario.empty() ? "" : absl::StrCat(" \"", scenario, "\"");
    message.note = absl::StrCat("Diễn tập", name, ": dữ liệu phát lại, không phải cảnh báo thật. ",
                                "Exercise", name, ": replayed data, no actual alert.");
  }
  const size_t skipped = earlier.size() - std::min(earlier.size(), kReferencesMax);
  message.references.assign(earlier.begin() + static_cast<std::ptrdiff_t>(skipped), earlier.end());

  cap::CapInfo info{.categories = {alert.kind == AlertKind::kJam ? "Transport" : "Met"},
                    .urgency = over              ? "Past"
                               : grade.immediate ? "Immediate"
                                                 : "Expected",
                    .severity = SeverityWord(alert.severity),
                    .certainty = "Observed",
                    .effective = sent,
                    .onset = std::min(alert.create_time, sent),
                    .expires = sent + CapValidity(options, alert.kind),
                    .sender_name = options.sender_name};
  if (alert.kind == AlertKind::kStreetDepth) info.categories.push_back("Transport");
  info.response_types = {over ? "AllClear"
                         : alert.kind == AlertKind::kStage
                             ? (alert.level >= 2 ? "Prepare" : "Monitor")
                             : "Avoid"};
  info.parameters = {{"level", absl::StrCat(alert.level)},
                     {"value", FormatValue(alert, alert.value)},
                     {"peakValue", FormatValue(alert, alert.peak_value)}};
  info.area.circles_km = {{alert.location, std::max(alert.radius_m, 1.0) / 1000}};

  for (const bool vietnamese : {true, false}) {
    const auto in_language = [&](const auto& both) {
      return std::string(vietnamese ? both.vi : both.en);
    };
    info.language = vietnamese ? "vi-VN" : "en-US";
    info.event = in_language(alert_text.event);
    // Some receivers show nothing but the headline.
    const std::string headline = alert.exercise ? absl::StrCat(in_language(cap::kExerciseMark), " ",
                                                               in_language(alert_text.headline))
                                                : in_language(alert_text.headline);
    info.headline = Clip(headline, cap::kCapHeadlineCharactersMax);
    info.description = in_language(alert_text.description);
    info.instruction = in_language(alert_text.instruction);
    info.area.description = in_language(alert_text.area);
    message.infos.push_back(info);
  }
  return message;
}

}  // namespace citylayers::alerts
