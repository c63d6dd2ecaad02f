#include "services/tools/citypack/describe_pack.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include <nlohmann/json.hpp>

#include "base/status_macros.h"
#include "storage/pack/city_pack.h"

namespace citylayers::citypack {
namespace {

std::uint64_t CountOf(const storage::Manifest& m, const std::string& what) {
  const auto it = m.counts.find(what);
  return it == m.counts.end() ? 0 : it->second;
}

std::string DetailOf(const std::string& part, const storage::Manifest& m) {
  const auto count = [&](const char* what) { return CountOf(m, what); };
  if (part == "roads") {
    return absl::StrCat(count("segments"), " segments, ", count("nodes"), " junctions, ",
                        count("street_names"), " street names, ", count("skeleton_tiles"),
                        " tiles");
  }
  if (part == "base") return absl::StrCat(count("base_tiles"), " tiles");
  if (part == "terrain" && m.datum) {
    return absl::StrCat(count("terrain_cells"), " cells; datum ", m.datum->source_datum, ", ",
                        absl::StrFormat("%+.2f m", m.datum->offset_m), " to Hòn Dấu");
  }
  if (part == "stations") return absl::StrCat(count("stations"), " stations");
  if (part == "boundaries") return absl::StrCat(count("boundaries"), " units");
  return "";
}

std::string TimeText(const storage::Manifest& m) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", m.created_time, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<PackDescription> DescribePack(const std::string& directory) {
  ASSIGN_OR_RETURN(const auto pack, storage::CityPack::Open(directory));
  RETURN_IF_ERROR(pack->Verify());
  PackDescription d;
  d.manifest = pack->manifest();
  for (const char* name : {"roads", "base", "terrain", "stations", "boundaries"}) {
    PartDescription part;
    part.part = name;
    part.detail = std::string(d.manifest.AbsentReason(name));
    for (const storage::PackSource& source : d.manifest.sources) {
      if (source.part != name) continue;
      part.present = true;
      part.source = source.name;
      part.synthetic = source.synthetic;
    }
    if (part.present) part.detail = DetailOf(name, d.manifest);
    d.parts.push_back(std::move(part));
  }
  for (const storage::PackFile& file : d.manifest.files) d.total_bytes += file.bytes;
  return d;
}

std::string FormatTable(const PackDescription& d) {
  const storage::Manifest& m = d.manifest;
  std::string out = absl::StrFormat("%s (%s)\n", m.name_vi, m.name_en);
  absl::StrAppendFormat(&out, "  pack        %s\n  built       %s\n", m.pack_id, TimeText(m));
  absl::StrAppendFormat(&out, "  bounds      %.4f,%.4f to %.4f,%.4f\n", m.bounds.west_deg,
                        m.bounds.south_deg, m.bounds.east_deg, m.bounds.north_deg);
  absl::StrAppendFormat(&out, "  zooms       %d to %d\n  size        %.1f MB\n", m.min_zoom,
                        m.max_zoom, static_cast<double>(d.total_bytes) / 1e6);
  absl::StrAppendFormat(&out, "  attribution %s\n", m.attribution);
  if (!m.notices.empty()) {
    absl::StrAppendFormat(&out, "  notices     %s\n", absl::StrJoin(m.notices, ", "));
  }
  absl::StrAppend(&out, "\n");
  for (const PartDescription& part : d.parts) {
    if (part.present) {
      absl::StrAppendFormat(&out, "  + %-11s %s\n    %-11s from %s%s\n", part.part, part.detail, "",
                            part.source, part.synthetic ? " (synthetic)" : "");
    } else {
      absl::StrAppendFormat(&out, "  - %-11s absent: %s\n", part.part, part.detail);
    }
  }
  return out;
}

std::string FormatJson(const PackDescription& d) {
  const storage::Manifest& m = d.manifest;
  nlohmann::ordered_json json = {
      {"pack_id", m.pack_id},
      {"format_version", m.format_version},
      {"created_time", TimeText(m)},
      {"name", {{"vi", m.name_vi}, {"en", m.name_en}}},
      {"bounds", {m.bounds.west_deg, m.bounds.south_deg, m.bounds.east_deg, m.bounds.north_deg}},
      {"min_zoom", m.min_zoom},
      {"max_zoom", m.max_zoom},
      {"attribution", m.attribution},
      {"notices", m.notices},
      {"counts", m.counts},
      {"total_bytes", d.total_bytes},
  };
  if (m.datum) {
    json["datum"] = {{"source", m.datum->source_datum}, {"offset_m", m.datum->offset_m}};
  }
  json["parts"] = nlohmann::ordered_json::array();
  for (const PartDescription& part : d.parts) {
    nlohmann::ordered_json p = {{"part", part.part}, {"present", part.present}};
    if (part.present) {
      p["source"] = part.source;
      p["synthetic"] = part.synthetic;
    } else {
      p["reason"] = part.detail;
    }
    json["parts"].push_back(std::move(p));
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace citylayers::citypack
