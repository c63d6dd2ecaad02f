// Fuzz target of files of city packs, checkpoints, and manifests of backups. The first byte selects
// the kind; checksums are corrected, so that the content behind them is parsed.
#include <cstdlib>
#include <cstring>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "base/strings.h"
#include "storage/backup/backup_manifest.h"
#include "storage/bytes/checksum.h"
#include "storage/bytes/file_digest.h"
#include "storage/checkpoint/checkpoint_file.h"
#include "storage/pack/manifest.h"
#include "storage/pack/section_file.h"
#include "storage/pack/segment_cells.h"
#include "storage/pack/segment_table.h"
#include "storage/pack/skeleton.h"
#include "storage/pack/station.h"
#include "storage/pack/tile_archive.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace citylayers::storage;  // NOLINT: half of what follows is from there

void Promise(bool kept) {
  if (!kept) std::abort();
}

// A file in memory whose path is valid while it lives.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : file_(memfd_create("fuzz", 0)) {
    Promise(write(file_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(file_); }
  std::string path() const { return citylayers::StrCat("/proc/self/fd/", file_); }

 private:
  const int file_;
};

template <typename Number>
void Put(std::string& bytes, std::size_t offset, Number number) {
  std::memcpy(bytes.data() + offset, &number, sizeof(number));
}
std::uint64_t GetU64(const std::string& bytes, std::size_t offset) {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data() + offset, sizeof(number));
  return number;
}

// Layout: docs/formats/pack.md, "Section files".
std::string SectionFileOf(std::string_view input) {
  constexpr std::size_t kHeaderBytes = 32, kEntryBytes = 32;
  std::string file(input);
  if (file.size() < kHeaderBytes) return file;
  std::uint16_t sections = 0;
  std::memcpy(&sections, file.data() + 6, sizeof(sections));
  const std::size_t table_bytes = sections * kEntryBytes;
  if (file.size() < kHeaderBytes + table_bytes) return file;
  for (std::size_t i = 0; i < sections; ++i) {
    const std::size_t entry = kHeaderBytes + i * kEntryBytes;
    const std::uint64_t offset = GetU64(file, entry + 8), bytes = GetU64(file, entry + 16);
    if (offset > file.size() || bytes > file.size() - offset) continue;
    Put(file, entry + 24, PackChecksum(std::string_view(file).substr(offset, bytes)));
  }
  Put(file, 8, std::uint64_t{file.size()});
  Put(file, 16, PackChecksum(file.substr(0, 16) + file.substr(kHeaderBytes, table_bytes)));
  return file;
}

void ReadRoads(const std::string& path) {
  const auto file = SectionFile::Open(path, SectionFileKind::kRoads);
  if (!file.ok()) return;
  const auto roads = SegmentTable::FromFile(*file);
  if (!roads.ok()) return;
  std::int64_t sum = 0;  // of each byte that a reader could access
  for (std::uint32_t i = 0; i < roads->size(); ++i) {
    for (const PackedPoint& point : roads->points(i)) sum += point.lon_e7;
    for (const char c : roads->name(i)) sum += c;
    for (const std::uint32_t next : roads->successors(i)) Promise(next < roads->size());
    for (const std::uint32_t before : roads->predecessors(i)) Promise(before < roads->size());
    const auto found = roads->FindSegment((*roads)[i].stable_id);
    Promise(found.has_value() && (*roads)[*found].stable_id == (*roads)[i].stable_id);
  }
  for (std::uint32_t name = 0; name < roads->name_count(); ++name) {
    for (const char c : roads->name_text(name)) sum += c;
  }
  [[maybe_unused]] volatile std::int64_t kept =
      sum;  // prevents the compiler from removing the reads
}

void ReadTiles(const std::string& path) {
  const auto file = SectionFile::Open(path, SectionFileKind::kTiles);
  if (!file.ok()) return;
  const auto tiles = TileArchive::FromFile(*file);
  if (!tiles.ok()) return;
  for (std::size_t i = 0; i < tiles->size(); ++i) {
    const TileArchive::Entry entry = tiles->entry(i);
    Promise(tiles->Find(entry.key) == entry.bytes);
  }
}

void ReadCells(const std::string& path) {
  constexpr std::uint32_t kSegments = 3;
  const auto file = SectionFile::Open(path, SectionFileKind::kCells);
  if (!file.ok()) return;
  const auto cells = SegmentCells::FromFile(*file, kSegments);
  if (!cells.ok()) return;
  const std::uint64_t count = std::uint64_t{cells->columns()} * cells->rows();
  for (std::uint32_t i = 0; i < kSegments; ++i) {
    for (const std::uint32_t cell : cells->cells(i)) Promise(cell < count);
  }
}

void ReadSkeleton(std::string_view input) {
  constexpr std::size_t kHeaderBytes = 16, kChecksumOffset = 12;
  std::string bytes(input);
  if (bytes.size() >= kHeaderBytes) {
    const std::string_view body = std::string_view(bytes).substr(kHeaderBytes);
    Put(bytes, kChecksumOffset, static_cast<std::uint32_t>(PackChecksum(body)));
  }
  const auto tile = SkeletonView::Decode(bytes);
  if (!tile.ok()) return;
  std::size_t geometry_bytes = 0;
  for (std::size_t i = 0; i < tile->size(); ++i) {
    geometry_bytes += tile->geometry(i).size();
    const std::uint32_t name = tile->local_name(i);
    if (name != SkeletonView::kUnnamed) (void)tile->name(name);
  }
  Promise(geometry_bytes <= bytes.size());
}

void ReadCheckpoint(std::string_view input) {
  std::string bytes(input);
  if (bytes.size() >= sizeof(std::uint32_t)) {
    const std::size_t body = bytes.size() - sizeof(std::uint32_t);
    Put(bytes, body, CheckpointChecksum(std::string_view(bytes).substr(0, body)));
  }
  const auto checkpoint = LoadCheckpoint(MemoryFile(bytes).path());
  if (checkpoint.ok()) Promise(checkpoint->payload.size() <= bytes.size());
}

void ReadBackupManifest(std::string_view lines) {
  FileDigest digest;
  digest.Add(lines);
  const auto manifest =
      ParseBackupManifest(citylayers::StrCat(lines, "sha256 ", digest.Hex(), "\n"));
  if (!manifest.ok()) return;
  Promise(*ParseBackupManifest(FormatBackupManifest(*manifest)) == *manifest);
  for (const BackupFile& file : manifest->files) {
    Promise(file.path.front() != '/' && file.path.find("/../") == std::string::npos);
    Promise(manifest->FindFile(file.path) == &file);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = citylayers::fuzz::TextOf(data + 1, size - 1);
  switch (data[0] % 8) {
    case 0:
      ReadRoads(MemoryFile(SectionFileOf(bytes)).path());
      break;
    case 1:
      ReadTiles(MemoryFile(SectionFileOf(bytes)).path());
      break;
    case 2:
      ReadCells(MemoryFile(SectionFileOf(bytes)).path());
      break;
    case 3:
      ReadSkeleton(bytes);
      break;
    case 4:
      if (const auto manifest = ParseManifest(bytes); manifest.ok()) {
        Promise(ParseManifest(FormatManifest(*manifest)).ok());
      }
      break;
    case 5:
      if (const auto stations = ParseStations(bytes); stations.ok()) {
        const std::string text = FormatStations(*stations);
        const auto again = ParseStations(text);
        Promise(again.ok() && FormatStations(*again) == text);
      }
      break;
    case 6:
      ReadCheckpoint(bytes);
      break;
    default:
      ReadBackupManifest(bytes);
      break;
  }
  return 0;
}
