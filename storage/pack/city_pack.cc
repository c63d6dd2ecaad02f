#include "storage/pack/city_pack.h"

#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "storage/bytes/checksum.h"

namespace citylayers::storage {
namespace {

absl::Status CheckFile(const std::string& path, const PackFile& expected, std::string_view bytes) {
  if (bytes.size() != expected.bytes) {
    return absl::DataLossError(StrCat(path, " has ", bytes.size(), " bytes instead of ",
                                      expected.bytes, "; build the pack again"));
  }
  if (PackChecksum(bytes) != expected.checksum) {
    return absl::DataLossError(
        StrCat(path,
               " does not belong to this pack or is damaged (checksum); build the pack "
               "again or copy it again"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const CityPack>> CityPack::Open(const std::string& directory) {
  std::shared_ptr<CityPack> pack(new CityPack());
  pack->directory_ = directory;
  while (pack->directory_.size() > 1 && pack->directory_.back() == '/') pack->directory_.pop_back();
  RETURN_IF_ERROR(pack->Load());
  return pack;
}

absl::Status CityPack::Load() {
  const auto path = [&](std::string_view name) { return StrCat(directory_, "/", name); };
  absl::StatusOr<MappedFile> text = MappedFile::Open(path("manifest.toml"));
  if (absl::IsNotFound(text.status())) {
    return absl::NotFoundError(StrCat("there is no city pack at ", directory_,
                                      " (no manifest.toml): build one with "
                                      "`citylayers pack build --out ",
                                      directory_, "`"));
  }
  RETURN_IF_ERROR(text.status());
  absl::StatusOr<Manifest> manifest = ParseManifest(text->bytes());
  if (!manifest.ok()) {
    return absl::Status(manifest.status().code(),
                        StrCat(directory_, ": ", manifest.status().message()));
  }
  manifest_ = *std::move(manifest);

  // A pack file must be listed in the manifest, so that files of two packs never mix. Rasters are
  // read later, by other code, which must not read a damaged one.
  const auto check = [&](std::string_view name) -> absl::Status {
    const PackFile* file = manifest_.FindFile(name);
    if (file == nullptr) {
      return absl::DataLossError(StrCat(path("manifest.toml"), " does not list ", name));
    }
    absl::StatusOr<MappedFile> mapped = MappedFile::Open(path(name));
    if (!mapped.ok()) {
      return absl::DataLossError(
          StrCat("the pack is incomplete: ", mapped.status().message(), "; build it again"));
    }
    return CheckFile(path(name), *file, mapped->bytes());
  };
  for (const PackFile& file : manifest_.files) RETURN_IF_ERROR(check(file.name));
  for (const char* name : {"roads.bin", "skeletons.bin", "base.bin", "stations.toml"}) {
    if (manifest_.FindFile(name) == nullptr) RETURN_IF_ERROR(check(name));
  }

  ASSIGN_OR_RETURN(roads_file_, SectionFile::Open(path("roads.bin"), SectionFileKind::kRoads));
  ASSIGN_OR_RETURN(segments_, SegmentTable::FromFile(roads_file_));
  ASSIGN_OR_RETURN(skeletons_file_,
                   SectionFile::Open(path("skeletons.bin"), SectionFileKind::kTiles));
  ASSIGN_OR_RETURN(skeletons_, TileArchive::FromFile(skeletons_file_));
  ASSIGN_OR_RETURN(base_file_, SectionFile::Open(path("base.bin"), SectionFileKind::kTiles));
  ASSIGN_OR_RETURN(base_tiles_, TileArchive::FromFile(base_file_));
  if (manifest_.FindFile("cells.bin") != nullptr) {
    ASSIGN_OR_RETURN(cells_file_, SectionFile::Open(path("cells.bin"), SectionFileKind::kCells));
    ASSIGN_OR_RETURN(segment_cells_, SegmentCells::FromFile(cells_file_, segments_.size()));
  }
  ASSIGN_OR_RETURN(const MappedFile stations, MappedFile::Open(path("stations.toml")));
  ASSIGN_OR_RETURN(stations_, ParseStations(stations.bytes()));
  return absl::OkStatus();
}

absl::Status CityPack::Verify() const {
  for (const PackFile& file : manifest_.files) {
    const std::string path = StrCat(directory_, "/", file.name);
    ASSIGN_OR_RETURN(const MappedFile mapped, MappedFile::Open(path));
    RETURN_IF_ERROR(CheckFile(path, file, mapped.bytes()));
  }
  return absl::OkStatus();
}

}  // namespace citylayers::storage
