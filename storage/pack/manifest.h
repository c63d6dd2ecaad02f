// The manifest of a city pack: its identity, area, sources and files.
#ifndef CITYLAYERS_STORAGE_PACK_MANIFEST_H_
#define CITYLAYERS_STORAGE_PACK_MANIFEST_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "base/lon_lat.h"

namespace citylayers::storage {

/// The source of one part of the pack.
struct PackSource {
  std::string part;         // roads, base, terrain, water, stations, boundaries
  std::string name;         // a file's name without folders, or "samples/saigon"
  std::string attribution;  // the required credit, e.g. "© OpenStreetMap contributors"
  bool synthetic = false;   // generated, not measured
  friend bool operator==(const PackSource&, const PackSource&) = default;
};

/// A part that is missing in the pack, with the reason.
struct AbsentPart {
  std::string part;
  std::string reason;  // a sentence for operators
  friend bool operator==(const AbsentPart&, const AbsentPart&) = default;
};

/// Conversion of the source's heights to metres over Hòn Dấu. Applied once, at import.
struct PackDatum {
  std::string source_datum;  // hondau, egm2008, egm96, local
  double offset_m = 0;       // added to every source height
  friend bool operator==(const PackDatum&, const PackDatum&) = default;
};

/// One file of the pack, except the manifest.
struct PackFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;  // XXH3-64 of its content
  friend bool operator==(const PackFile&, const PackFile&) = default;
};

/// The content of `manifest.toml`. A plain value.
struct Manifest {
  static constexpr int kFormatVersion = 1;

  int format_version = kFormatVersion;
  std::string pack_id;                          // 32 hex digits; equal content, equal id
  absl::Time created_time = absl::UnixEpoch();  // the only field that pack_id does not cover
  std::string name_vi;
  std::string name_en;
  LonLatBox bounds;
  int min_zoom = 8;
  int max_zoom = 14;                 // clients overzoom beyond it
  std::string attribution;           // of all sources, one line for the corner of the map
  std::vector<std::string> notices;  // badges: "synthetic_terrain", "synthetic_roads", ...
  std::vector<PackSource> sources;
  std::vector<AbsentPart> absent;
  std::optional<PackDatum> datum;               // set exactly when there is terrain
  std::map<std::string, std::uint64_t> counts;  // segments, nodes, stations, skeleton_tiles, ...
  std::vector<PackFile> files;                  // by name

  bool has_notice(std::string_view notice) const;
  /// The reason why a part is missing in the pack; empty when it is present.
  std::string_view AbsentReason(std::string_view part) const;
  const PackFile* FindFile(std::string_view name) const;
  friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// Returns the text of `manifest.toml`; equal manifests give equal text.
std::string FormatManifest(const Manifest& manifest);

/// Parses the text of `manifest.toml` and checks that pack_id matches the content.
/// FAILED_PRECONDITION: written by a newer version. DATA_LOSS: not TOML, fields
/// missing, or edited by hand.
absl::StatusOr<Manifest> ParseManifest(std::string_view text);

/// Computes the id from all fields of the manifest except created_time.
std::string ComputePackId(const Manifest& manifest);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_PACK_MANIFEST_H_
