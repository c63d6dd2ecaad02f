#include "services/cap/atom_feed.h"

#include <algorithm>
#include <sstream>

#include "absl/strings/str_cat.h"

#include "base/text.h"
#include "pugixml.hpp"
#include "services/cap/cap.h"

namespace citylayers::cap {
namespace {

void Add(pugi::xml_node parent, const char* name, const std::string& text) {
  parent.append_child(name).text().set(XmlText(text).c_str());
}

// Readers of either language see the same one-line title, so the mark is in both languages.
std::string Marked(bool exercise, const std::string& title) {
  return exercise ? absl::StrCat(kExerciseMark.vi, " ", kExerciseMark.en, " ", title) : title;
}

void AddLink(pugi::xml_node parent, const char* rel, const char* type, const std::string& href) {
  pugi::xml_node link = parent.append_child("link");
  link.append_attribute("rel") = rel;
  link.append_attribute("type") = type;
  link.append_attribute("href") = XmlText(href).c_str();
}

}  // namespace

std::string BuildAtomFeed(const std::vector<AtomEntry>& entries, absl::string_view base_url,
                          absl::Time now) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node feed = document.append_child("feed");
  feed.append_attribute("xmlns") = "http://www.w3.org/2005/Atom";
  feed.append_attribute("xml:lang") = "vi";
  const std::string self = absl::StrCat(base_url, "/cap/alerts.atom");
  Add(feed, "id", self);
  const bool has_exercise =
      std::any_of(entries.begin(), entries.end(), [](const AtomEntry& e) { return e.exercise; });
  Add(feed, "title", Marked(has_exercise, "Cảnh báo kẹt xe và ngập – Traffic and flood alerts"));
  absl::Time updated = entries.empty() ? now : absl::InfinitePast();
  for (const AtomEntry& entry : entries) updated = std::max(updated, entry.sent_time);
  Add(feed, "updated", FormatCapTime(updated));
  Add(feed.append_child("author"), "name", "citylayers");
  AddLink(feed, "self", "application/atom+xml", self);
  for (const AtomEntry& entry : entries) {
    pugi::xml_node node = feed.append_child("entry");
    // Not the address, because a message keeps its id wherever it is served.
    Add(node, "id", absl::StrCat("urn:citylayers:cap:", entry.cap_id));
    Add(node, "title", Marked(entry.exercise, entry.headline_vi));
    Add(node, "updated", FormatCapTime(entry.sent_time));
    Add(node, "summary",
        absl::StrCat(entry.exercise ? absl::StrCat(kExerciseMark.en, " ") : "", entry.message_type,
                     ": ", entry.headline_en));
    pugi::xml_node status = node.append_child("category");
    status.append_attribute("term") = entry.exercise ? "Exercise" : "Actual";
    status.append_attribute("scheme") = "urn:oasis:names:tc:emergency:cap:1.2:status";
    AddLink(node, "alternate", "application/cap+xml",
            absl::StrCat(base_url, "/cap/", entry.cap_id, ".xml"));
  }
  std::ostringstream out;
  document.save(out, "  ");
  return out.str();
}

}  // namespace citylayers::cap
