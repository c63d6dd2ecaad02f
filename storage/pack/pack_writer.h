// A writer of city packs that replaces a pack atomically.
#ifndef CITYLAYERS_STORAGE_PACK_PACK_WRITER_H_
#define CITYLAYERS_STORAGE_PACK_PACK_WRITER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/pack/manifest.h"

namespace citylayers::storage {

/// Builds a pack in `<out>.building-<pid>` and moves it to `out` with one rename. Until Commit()
/// succeeds `out` is unchanged. Destruction without Commit() removes the files written; the next
/// writer for the same `out` removes those of a killed process. Not thread-safe.
///
///   ASSIGN_OR_RETURN(auto writer, PackWriter::Create("var/pack"));
///   RETURN_IF_ERROR(writer->WriteFile("roads.bin", EncodeRoads(roads)));
///   ASSIGN_OR_RETURN(std::string pack_id, writer->Commit(manifest));
class PackWriter {
 public:
  /// FAILED_PRECONDITION: `out` exists and is neither a city pack nor an empty directory (only
  /// packs are replaced). Other codes: the directory cannot be created.
  static absl::StatusOr<std::unique_ptr<PackWriter>> Create(const std::string& out);

  PackWriter(const PackWriter&) = delete;
  PackWriter& operator=(const PackWriter&) = delete;
  ~PackWriter();

  /// Writes a file and adds it to the manifest. RESOURCE_EXHAUSTED: the disk is full.
  absl::Status WriteFile(std::string_view name, std::string_view bytes);

  /// Path for a file that a library writes itself; follow with AdoptFile.
  std::string PathOf(std::string_view name) const;
  /// Adds a file written to PathOf(name) to the manifest.
  absl::Status AdoptFile(std::string_view name);

  /// Sets files and pack_id, writes the manifest, syncs everything to disk and moves the pack to
  /// `out`, replacing the pack there. Returns the pack_id. Call it once.
  absl::StatusOr<std::string> Commit(Manifest manifest);

 private:
  PackWriter(std::string out, std::string building)
      : out_(std::move(out)), building_(std::move(building)) {}

  std::string out_;
  std::string building_;
  std::vector<PackFile> files_;
  bool committed_ = false;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_PACK_PACK_WRITER_H_
