#include "services/cap/cap.h"

#include <cmath>
#include <optional>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "base/status_macros.h"
#include "base/text.h"
#include "pugixml.hpp"

namespace citylayers::cap {
namespace {

constexpr char kNamespace[] = "urn:oasis:names:tc:emergency:cap:1.2";

// Vietnam has used this offset since 1975, without summer time.
absl::TimeZone CityZone() { return absl::FixedTimeZone(7 * 60 * 60); }

void Add(pugi::xml_node parent, const char* name, const std::string& text) {
  parent.append_child(name).text().set(XmlText(text).c_str());
}

// Of the formats used here, only CAP puts latitude first.
std::string Place(LonLat p) { return absl::StrFormat("%.5f,%.5f", p.lat_deg, p.lon_deg); }

void AddArea(pugi::xml_node info, const CapArea& area) {
  pugi::xml_node node = info.append_child("area");
  Add(node, "areaDesc", area.description);
  for (const std::vector<LonLat>& ring : area.polygons) {
    Add(node, "polygon", absl::StrJoin(ring, " ", [](std::string* out, LonLat p) {
          absl::StrAppend(out, Place(p));
        }));
  }
  for (const auto& [center, radius_km] : area.circles_km) {
    Add(node, "circle", absl::StrCat(Place(center), " ", absl::StrFormat("%.3f", radius_km)));
  }
}

void AddInfo(pugi::xml_node alert, const CapInfo& info) {
  pugi::xml_node node = alert.append_child("info");
  Add(node, "language", info.language);
  for (const std::string& category : info.categories) Add(node, "category", category);
  Add(node, "event", info.event);
  for (const std::string& response : info.response_types) Add(node, "responseType", response);
  Add(node, "urgency", info.urgency);
  Add(node, "severity", info.severity);
  Add(node, "certainty", info.certainty);
  Add(node, "effective", FormatCapTime(info.effective));
  Add(node, "onset", FormatCapTime(info.onset));
  Add(node, "expires", FormatCapTime(info.expires));
  Add(node, "senderName", info.sender_name);
  Add(node, "headline", info.headline);
  Add(node, "description", info.description);
  Add(node, "instruction", info.instruction);
  for (const auto& [name, value] : info.parameters) {
    pugi::xml_node parameter = node.append_child("parameter");
    Add(parameter, "valueName", name);
    Add(parameter, "value", value);
  }
  AddArea(node, info.area);
}

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

std::string FormatCapTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", time, CityZone());
}

absl::StatusOr<std::string> WriteCap(const CapMessage& message) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node alert = document.append_child("alert");
  alert.append_attribute("xmlns") = kNamespace;
  Add(alert, "identifier", message.identifier);
  Add(alert, "sender", message.sender);
  Add(alert, "sent", FormatCapTime(message.sent));
  Add(alert, "status", message.status);
  Add(alert, "msgType", message.msg_type);
  Add(alert, "scope", "Public");
  if (!message.note.empty()) Add(alert, "note", message.note);
  if (!message.references.empty()) {
    Add(alert, "references",
        absl::StrJoin(message.references, " ", [](std::string* out, const CapReference& r) {
          absl::StrAppend(out, r.sender, ",", r.identifier, ",", FormatCapTime(r.sent));
        }));
  }
  for (const CapInfo& info : message.infos) AddInfo(alert, info);
  std::ostringstream out;
  document.save(out, "  ");
  std::string xml = out.str();
  RETURN_IF_ERROR(CheckCap(xml));
  return xml;
}

absl::Status CheckCap(absl::string_view xml) {
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
