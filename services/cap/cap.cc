#include "services/cap/cap.h"

#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

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

}  // namespace

std::string FormatCapTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", time, CityZone());
}

absl::StatusOr<std::string> WriteCap(const CapMessage& message) {
  RETURN_IF_ERROR(CheckCap(message));
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
  return out.str();
}

}  // namespace citylayers::cap
