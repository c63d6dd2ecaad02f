// CheckCap of cap.h.
#include <cmath>
#include <string_view>

#include "base/status_macros.h"
#include "base/strings.h"
#include "base/text.h"
#include "services/cap/cap.h"

namespace citylayers::cap {
namespace {

absl::Status Bad(std::string_view element, std::string_view what) {
  return absl::InvalidArgumentError(StrCat("CAP <", element, ">: ", what));
}

// Whether a text has no character that XML can hold.
bool IsEmpty(const std::string& text) { return XmlText(text).empty(); }

bool IsEmpty(const std::vector<std::string>& words) {
  return words.empty() || IsEmpty(words.front());
}

absl::Status CheckTime(std::string_view element, absl::Time time) {
  // Later than the year 9999 the text has another length, and infinity is no date.
  if (FormatCapTime(time).size() == FormatCapTime(absl::UnixEpoch()).size()) {
    return absl::OkStatus();
  }
  return Bad(element, "is not a time of a four-digit year");
}

absl::Status CheckId(std::string_view element, const std::string& text) {
  if (IsEmpty(text)) return Bad(element, "is empty");
  if (text.find_first_of(" \t\n,<&") != std::string::npos) {
    return Bad(element, StrCat("\"", text, "\" has a space, a comma, < or &"));
  }
  return absl::OkStatus();
}

absl::Status CheckReferences(const CapMessage& message) {
  if (message.references.empty() &&
      (message.msg_type == "Update" || message.msg_type == "Cancel")) {
    return Bad("references", StrCat("is required for msgType ", message.msg_type));
  }
  for (const CapReference& reference : message.references) {
    if (!CheckId("references", reference.sender).ok() ||
        !CheckId("references", reference.identifier).ok() ||
        !CheckTime("references", reference.sent).ok()) {
      return Bad("references",
                 StrCat("\"", reference.sender, ",", reference.identifier, ",",
                        FormatCapTime(reference.sent), "\" is not sender,identifier,sent"));
    }
    if (reference.identifier == message.identifier) {
      return Bad("references", "names the message itself");
    }
  }
  return absl::OkStatus();
}

// A swapped place near Ho Chi Minh City has a latitude over 90. NaN is refused.
bool IsOnEarth(LonLat p) { return std::abs(p.lat_deg) <= 90 && std::abs(p.lon_deg) <= 180; }

absl::Status CheckArea(const CapArea& area) {
  if (IsEmpty(area.description)) return Bad("areaDesc", "is empty");
  if (area.polygons.empty() && area.circles_km.empty()) {
    return Bad("area", "has neither polygon nor circle");
  }
  for (const std::vector<LonLat>& ring : area.polygons) {
    for (const LonLat p : ring) {
      if (!IsOnEarth(p)) {
        return Bad("polygon",
                   StrCat("\"", p.lat_deg, ",", p.lon_deg, "\" is not latitude,longitude"));
      }
    }
    if (ring.size() < 4 || ring.front() != ring.back()) {
      return Bad("polygon", "is not a closed ring of at least four points");
    }
  }
  for (const auto& [center, radius_km] : area.circles_km) {
    // Radii are written in metres at most.
    if (!IsOnEarth(center) || !(radius_km >= 0.0005) || !std::isfinite(radius_km)) {
      return Bad("circle", StrCat("\"", center.lat_deg, ",", center.lon_deg, " ", radius_km,
                                  "\" is not latitude,longitude radius-in-km"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckInfo(const CapInfo& info, absl::Time sent) {
  struct Required {
    const char* element;
    bool is_empty;
  };
  for (const auto& [element, is_empty] :
       {Required{"language", IsEmpty(info.language)},
        Required{"category", IsEmpty(info.categories)}, Required{"event", IsEmpty(info.event)},
        Required{"urgency", IsEmpty(info.urgency)}, Required{"severity", IsEmpty(info.severity)},
        Required{"certainty", IsEmpty(info.certainty)},
        Required{"headline", IsEmpty(info.headline)},
        Required{"description", IsEmpty(info.description)},
        Required{"instruction", IsEmpty(info.instruction)},
        Required{"senderName", IsEmpty(info.sender_name)}}) {
    if (is_empty) return Bad(element, "is empty or missing");
  }
  RETURN_IF_ERROR(CheckTime("effective", info.effective));
  RETURN_IF_ERROR(CheckTime("onset", info.onset));
  RETURN_IF_ERROR(CheckTime("expires", info.expires));
  // Times are written in whole seconds.
  if (absl::ToUnixSeconds(info.expires) <= absl::ToUnixSeconds(sent)) {
    return Bad("expires", "is not after <sent>");
  }
  std::size_t characters = 0;
  for (const char c : XmlText(info.headline)) characters += (c & 0xc0) != 0x80;
  if (characters > kCapHeadlineCharactersMax) {
    return Bad("headline",
               StrCat("has ", characters, " characters, over ", kCapHeadlineCharactersMax));
  }
  return CheckArea(info.area);
}

absl::Status CheckLanguages(const std::vector<CapInfo>& infos) {
  bool vietnamese = false;
  bool english = false;
  for (const CapInfo& info : infos) {
    vietnamese |= info.language == "vi-VN";
    english |= info.language == "en-US";
    const CapInfo& first = infos.front();
    const char* differing = info.categories != first.categories           ? "category"
                            : info.urgency != first.urgency               ? "urgency"
                            : info.severity != first.severity             ? "severity"
                            : info.certainty != first.certainty           ? "certainty"
                            : info.effective != first.effective           ? "effective"
                            : info.onset != first.onset                   ? "onset"
                            : info.expires != first.expires               ? "expires"
                            : info.response_types != first.response_types ? "responseType"
                                                                          : nullptr;
    if (differing != nullptr) {
      return Bad(differing, "differs between the languages of one message");
    }
  }
  if (!vietnamese || !english) return Bad("language", "vi-VN and en-US are both required");
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckCap(const CapMessage& message) {
  RETURN_IF_ERROR(CheckId("identifier", message.identifier));
  RETURN_IF_ERROR(CheckId("sender", message.sender));
  RETURN_IF_ERROR(CheckTime("sent", message.sent));
  if (IsEmpty(message.status)) return Bad("status", "is missing");
  if (IsEmpty(message.msg_type)) return Bad("msgType", "is missing");
  RETURN_IF_ERROR(CheckReferences(message));
  RETURN_IF_ERROR(CheckLanguages(message.infos));
  for (const CapInfo& info : message.infos) RETURN_IF_ERROR(CheckInfo(info, message.sent));
  return absl::OkStatus();
}

}  // namespace citylayers::cap
