// A file in a data directory that records the city pack it was used with.
#ifndef CITYLAYERS_STORAGE_PACK_PACK_MARK_H_
#define CITYLAYERS_STORAGE_PACK_PACK_MARK_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "base/lon_lat.h"
#include "storage/pack/manifest.h"

namespace citylayers::storage {

/// The pack that a data directory was last used with. Stations and readings stay valid with a new
/// pack of their city, but not with a pack of another city.
struct PackMark {
  std::string pack_id;
  std::string name;  ///< name of the city, for messages
  LonLatBox bounds;

  static PackMark Of(const Manifest& manifest) {
    return {manifest.pack_id, manifest.name_vi, manifest.bounds};
  }
  friend bool operator==(const PackMark&, const PackMark&) = default;
};

/// Reads `<directory>/PACK`; nullopt when it is missing or damaged, because it is only a note that
/// each start rewrites.
std::optional<PackMark> LoadPackMark(const std::string& directory);

/// OK when a directory that was used with `before` may be used with `now`.
/// FAILED_PRECONDITION: the areas of the two packs do not touch, so the directory belongs to
/// another city; the message names both.
absl::Status CheckPackMark(const std::string& directory, const PackMark& before,
                           const PackMark& now);

/// Writes the file atomically. Errors as ReplaceFile (base/atomic_file.h).
absl::Status SavePackMark(const std::string& directory, const PackMark& mark);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_PACK_PACK_MARK_H_
