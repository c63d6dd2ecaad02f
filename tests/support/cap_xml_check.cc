#include "tests/support/cap_xml_check.h"

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "base/lon_lat.h"
#include "base/status_macros.h"
#include "pugixml.hpp"
#include "services/cap/cap.h"

namespace citylayers::cap {
namespace {

constexpr char kNamespace[] = "urn:oasis:names:tc:emergency:cap:1.2";

absl::Status Bad(absl::string_view element, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("CAP <", element, ">: ", what));
}

std::string Text(pugi::xml_node node, const char* name) { return node.child_value(name); }

std::optional<absl::Time> ParseCapTime(const std::string& text) {
  absl::Time time;
  std::string error;
  // The length excludes fractions, and 'Z' is one character where an offset has six.
  if (text.size() != 25 || text.back() == 'Z' ||
      !absl::ParseTime(absl::RFC3339_sec, text, &time, &error)) {
    return std::nullopt;
  }
  return time;
}

absl::Status CheckId(pugi::xml_node alert, const char* name) {
  const std::string text = Text(alert, name);
  if (text.empty()) return Bad(name, "is empty");
  if (text.find_first_of(" \t\n,<&") != std::string::npos) {
    return Bad(name, absl::StrCat("\"", text, "\" has a space, a comma, < or &"));
  }
  return absl::OkStatus();
}

absl::Status CheckReferences(pugi::xml_node alert) {
  const std::string type = Text(alert, "msgType");
  const std::string references = Text(alert, "references");
  if (references.empty()) {
    return type == "Update" || type == "Cancel"
               ? Bad("references", absl::StrCat("is required for msgType ", type))
               : absl::OkStatus();
  }
  for (const absl::string_view reference : absl::StrSplit(references, ' ')) {
    const std::vector<std::string> parts = absl::StrSplit(reference, ',');
    if (parts.size() != 3 || parts[0].empty() || parts[1].empty() || !ParseCapTime(parts[2])) {
      return Bad("references", absl::StrCat("\"", reference, "\" is not sender,identifier,sent"));
    }
    if (parts[1] == Text(alert, "identifier")) return Bad("references", "names the message itself");
  }
  return absl::OkStatus();
}

// "10.77,106.70": latitude first. A swapped place near Ho Chi Minh City has a latitude over 90.
std::optional<LonLat> ParsePlace(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ',');
  LonLat p;
  if (parts.size() != 2 || !absl::SimpleAtod(parts[0], &p.lat_deg) ||
      !absl::SimpleAtod(parts[1], &p.lon_deg) || !(std::abs(p.lat_deg) <= 90) ||
      !(std::abs(p.lon_deg) <= 180)) {
    return std::nullopt;
  }
  return p;
}

absl::Status CheckArea(pugi::xml_node area) {
  if (Text(area, "areaDesc").empty()) return Bad("areaDesc", "is empty");
  if (!area.child("polygon") && !area.child("circle")) {
    return Bad("area", "has neither polygon nor circle");
  }
  for (const pugi::xml_node polygon : area.children("polygon")) {
    std::vector<LonLat> ring;
    for (const absl::string_view text :
         absl::StrSplit(absl::string_view(polygon.child_value()), ' ')) {
      const std::optional<LonLat> p = ParsePlace(text);
      if (!p) return Bad("polygon", absl::StrCat("\"", text, "\" is not latitude,longitude"));
      ring.push_back(*p);
    }
    if (ring.size() < 4 || ring.front() != ring.back()) {
      return Bad("polygon", "is not a closed ring of at least four points");
    }
  }
  for (const pugi::xml_node circle : area.children("circle")) {
    const std::vector<absl::string_view> parts =
        absl::StrSplit(absl::string_view(circle.child_value()), ' ');
    double radius_km = 0;
    if (parts.size() != 2 || !ParsePlace(parts[0]) || !absl::SimpleAtod(parts[1], &radius_km) ||
        !(radius_km > 0)) {
      return Bad("circle", absl::StrCat("\"", circle.child_value(),
                                        "\" is not latitude,longitude radius-in-km"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckInfo(pugi::xml_node info, absl::Time sent) {
  for (const char* name : {"language", "category", "event", "urgency", "severity", "certainty",
                           "headline", "description", "instruction", "senderName"}) {
    if (Text(info, name).empty()) return Bad(name, "is empty or missing");
  }
  for (const char* name : {"effective", "onset", "expires"}) {
    if (!ParseCapTime(Text(info, name))) {
      return Bad(name, absl::StrCat("\"", Text(info, name), "\" is not a time with an offset"));
    }
  }
  if (*ParseCapTime(Text(info, "expires")) <= sent) return Bad("expires", "is not after <sent>");
  size_t characters = 0;
  for (const char c : Text(info, "headline")) characters += (c & 0xc0) != 0x80;
  if (characters > kCapHeadlineCharactersMax) {
    return Bad("headline",
               absl::StrCat("has ", characters, " characters, over ", kCapHeadlineCharactersMax));
  }
  if (!info.child("area")) return Bad("area", "is missing");
  for (const pugi::xml_node area : info.children("area")) RETURN_IF_ERROR(CheckArea(area));
  return absl::OkStatus();
}

absl::Status CheckLanguages(pugi::xml_node alert) {
  bool vietnamese = false;
  bool english = false;
  const pugi::xml_node first = alert.child("info");
  for (const pugi::xml_node info : alert.children("info")) {
    vietnamese |= Text(info, "language") == "vi-VN";
    english |= Text(info, "language") == "en-US";
    for (const char* name : {"category", "urgency", "severity", "certainty", "effective", "onset",
                             "expires", "responseType"}) {
      if (Text(info, name) != Text(first, name)) {
        return Bad(name, "differs between the languages of one message");
      }
    }
  }
  if (!vietnamese || !english) return Bad("language", "vi-VN and en-US are both required");
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckCapXml(const std::string& xml) {
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_buffer(xml.data(), xml.size());
  if (!result) {
    return Bad("alert", absl::StrCat("is not XML: ", result.description(), " at byte ",
                                     static_cast<int64_t>(result.offset)));
  }
  const pugi::xml_node alert = document.child("alert");
  if (!alert || std::string(alert.attribute("xmlns").value()) != kNamespace) {
    return Bad("alert", absl::StrCat("is not of the namespace ", kNamespace));
  }
  RETURN_IF_ERROR(CheckId(alert, "identifier"));
  RETURN_IF_ERROR(CheckId(alert, "sender"));
  const std::optional<absl::Time> sent = ParseCapTime(Text(alert, "sent"));
  if (!sent) return Bad("sent", "must be a time with an offset and without fractions");
  for (const char* name : {"status", "msgType", "scope"}) {
    if (Text(alert, name).empty()) return Bad(name, "is missing");
  }
  RETURN_IF_ERROR(CheckReferences(alert));
  RETURN_IF_ERROR(CheckLanguages(alert));
  for (const pugi::xml_node info : alert.children("info")) {
    RETURN_IF_ERROR(CheckInfo(info, *sent));
  }
  return absl::OkStatus();
}

}  // namespace citylayers::cap
