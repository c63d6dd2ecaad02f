#include "storage/pack/manifest.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "base/toml_reader.h"
#include "base/toml_writer.h"
#include "storage/bytes/checksum.h"

namespace citylayers::storage {
namespace {

std::string TomlStrings(const std::vector<std::string>& strings) {
  return StrCat(
      "[",
      absl::StrJoin(strings, ", ",
                    [](std::string* out, const std::string& s) { StrAppend(out, TomlString(s)); }),
      "]");
}

// The text that pack_id covers.
std::string FormatContent(const Manifest& m) {
  std::string out;
  StrAppend(&out, "name_vi = ", TomlString(m.name_vi), "\nname_en = ", TomlString(m.name_en));
  StrAppend(&out, "\nbounds = [", TomlNumber(m.bounds.west_deg), ", ",
            TomlNumber(m.bounds.south_deg), ", ", TomlNumber(m.bounds.east_deg), ", ",
            TomlNumber(m.bounds.north_deg), "]  # west, south, east, north");
  StrAppend(&out, "\nmin_zoom = ", m.min_zoom, "\nmax_zoom = ", m.max_zoom);
  StrAppend(&out, "\nattribution = ", TomlString(m.attribution));
  StrAppend(&out, "\nnotices = ", TomlStrings(m.notices), "\n");
  if (m.datum) {
    StrAppend(&out, "\n[datum]  # heights are metres over Hòn Dấu after adding offset_m\n");
    StrAppend(&out, "source_datum = ", TomlString(m.datum->source_datum),
              "\noffset_m = ", TomlNumber(m.datum->offset_m), "\n");
  }
  StrAppend(&out, "\n[counts]\n");
  for (const auto& [what, count] : m.counts) StrAppend(&out, what, " = ", count, "\n");
  for (const PackSource& s : m.sources) {
    StrAppend(&out, "\n[[source]]\npart = ", TomlString(s.part), "\nname = ", TomlString(s.name),
              "\nattribution = ", TomlString(s.attribution),
              "\nsynthetic = ", s.synthetic ? "true" : "false", "\n");
  }
  for (const AbsentPart& a : m.absent) {
    StrAppend(&out, "\n[[absent]]\npart = ", TomlString(a.part),
              "\nreason = ", TomlString(a.reason), "\n");
  }
  for (const PackFile& f : m.files) {
    StrAppend(&out, "\n[[file]]\nname = ", TomlString(f.name), "\nbytes = ", f.bytes,
              absl::StrFormat("\nchecksum = \"%016x\"\n", f.checksum));
  }
  return out;
}

std::string CreatedText(const Manifest& m) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", m.created_time, absl::UTCTimeZone());
}

// Checksum of created_time, which pack_id does not cover.
std::string CreatedCheck(const Manifest& m) {
  return absl::StrFormat("%016x", PackChecksum(StrCat(m.pack_id, "\n", CreatedText(m))));
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(StrCat("manifest.toml: ", what, "; build the pack again"));
}

absl::StatusOr<std::vector<PackFile>> ReadFiles(const TomlReader& toml) {
  std::vector<PackFile> files;
  for (const TomlReader& t : toml.Tables("file")) {
    PackFile file{t.String("name"), static_cast<std::uint64_t>(t.Int("bytes")), 0};
    if (file.name.empty() || file.name.find('/') != std::string::npos) {
      return Damaged(StrCat("\"", file.name, "\" is not the name of a file of a pack"));
    }
    if (!absl::SimpleHexAtoi(t.String("checksum"), &file.checksum)) {
      return Damaged(StrCat("the checksum of ", file.name, " is not hexadecimal"));
    }
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

bool Manifest::has_notice(std::string_view notice) const {
  return std::find(notices.begin(), notices.end(), notice) != notices.end();
}

std::string_view Manifest::AbsentReason(std::string_view part) const {
  for (const AbsentPart& a : absent) {
    if (a.part == part) return a.reason;
  }
  return "";
}

const PackFile* Manifest::FindFile(std::string_view name) const {
  for (const PackFile& f : files) {
    if (f.name == name) return &f;
  }
  return nullptr;
}

std::string ComputePackId(const Manifest& manifest) {
  return PackDigestHex(StrCat(manifest.format_version, "\n", FormatContent(manifest)));
}

std::string FormatManifest(const Manifest& m) {
  return StrCat(
      "# A citylayers city pack. Not to be edited: pack_id covers all but created_time.\n",
      "format_version = ", m.format_version, "\npack_id = ", TomlString(m.pack_id),
      "\ncreated_time = ", TomlString(CreatedText(m)),
      "\ncreated_check = ", TomlString(CreatedCheck(m)), "\n", FormatContent(m));
}

absl::StatusOr<Manifest> ParseManifest(std::string_view text) {
  ASSIGN_OR_RETURN(const TomlReader toml, TomlReader::Parse(text, "manifest.toml"));
  Manifest m;
  m.format_version = static_cast<int>(toml.Int("format_version"));
  RETURN_IF_ERROR(toml.status());
  if (m.format_version > Manifest::kFormatVersion) {
    return absl::FailedPreconditionError(StrCat(
        "the city pack has format version ", m.format_version, "; this program reads up to ",
        Manifest::kFormatVersion, ": update the program, or build the pack again with this one"));
  }
  m.pack_id = toml.String("pack_id");
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, toml.String("created_time"), &m.created_time, &error)) {
    return Damaged(StrCat("created_time: ", error));
  }
  m.name_vi = toml.String("name_vi");
  m.name_en = toml.String("name_en");
  const std::vector<double> bounds = toml.Doubles("bounds");
  if (bounds.size() != 4) return Damaged("bounds must have 4 numbers");
  m.bounds = {bounds[0], bounds[1], bounds[2], bounds[3]};
  m.min_zoom = static_cast<int>(toml.Int("min_zoom"));
  m.max_zoom = static_cast<int>(toml.Int("max_zoom"));
  m.attribution = toml.String("attribution");
  m.notices = toml.Strings("notices");
  if (toml.Has("datum")) {
    const TomlReader datum = toml.Table("datum");
    m.datum = PackDatum{datum.String("source_datum"), datum.Double("offset_m")};
  }
  for (const auto& [what, count] : toml.Table("counts").Ints()) {
    m.counts[what] = static_cast<std::uint64_t>(count);
  }
  for (const TomlReader& t : toml.Tables("source")) {
    m.sources.push_back(
        {t.String("part"), t.String("name"), t.String("attribution"), t.Bool("synthetic")});
  }
  for (const TomlReader& t : toml.Tables("absent")) {
    m.absent.push_back({t.String("part"), t.String("reason")});
  }
  ASSIGN_OR_RETURN(m.files, ReadFiles(toml));
  RETURN_IF_ERROR(toml.status());
  if (ComputePackId(m) != m.pack_id) {
    return Damaged("it was edited or damaged: its pack_id does not match the rest");
  }
  // Packs of earlier versions do not have this check.
  if (toml.Has("created_check") && toml.String("created_check") != CreatedCheck(m)) {
    return Damaged("it was edited or damaged: created_check does not match created_time");
  }
  return m;
}

}  // namespace citylayers::storage
