#include "services/programs/citylayers/backup_text.h"

#include <array>
#include <cstddef>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "base/strings.h"
#include "proto/support/proto_time.h"
#include "services/programs/citylayers/format.h"

namespace citylayers::cli {
namespace {

std::string StoresOf(const backup::v1::Backup& backup) {
  std::vector<std::string> names;
  for (const backup::v1::BackupStore& store : backup.stores()) names.push_back(store.name());
  return absl::StrJoin(names, ", ");
}

// The offset of the readings' log; "-": the backup has no readings.
std::string OffsetOf(const backup::v1::Backup& backup) {
  for (const backup::v1::BackupStore& store : backup.stores()) {
    if (store.name() == "readings") return StrCat(store.offset());
  }
  return "-";
}

}  // namespace

std::string FormatBytes(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "KB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 999.95 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  return unit == 0 ? StrCat(bytes, " B") : absl::StrFormat("%.1f %s", value, kUnits[unit]);
}

backup::v1::Backup ToProto(const std::string& name, const std::string& directory,
                           const storage::BackupManifest& manifest) {
  backup::v1::Backup backup;
  backup.set_name(name);
  backup.set_directory(directory);
  *backup.mutable_create_time() = ToProtoTime(manifest.time);
  for (const storage::BackupStore& store : manifest.stores) {
    backup::v1::BackupStore& added = *backup.add_stores();
    added.set_name(store.name);
    added.set_offset(static_cast<std::int64_t>(store.offset));
  }
  if (manifest.pack_id != "-") backup.set_pack_id(manifest.pack_id);
  backup.set_program_version(manifest.program_version);
  backup.set_total_bytes(static_cast<std::int64_t>(manifest.bytes()));
  return backup;
}

std::vector<TableColumn> BackupColumns() {
  return {{.header = "BACKUP"},
          {.header = "STORES"},
          {.header = "OFFSET", .align = Align::kRight},
          {.header = "SIZE", .align = Align::kRight},
          {.header = "VERSION"}};
}

std::vector<Cell> BackupCells(const backup::v1::Backup& backup) {
  return {backup.name(), StoresOf(backup), OffsetOf(backup),
          FormatBytes(static_cast<std::uint64_t>(backup.total_bytes())), backup.program_version()};
}

std::vector<std::pair<std::string, std::string>> BackupLines(const backup::v1::Backup& backup) {
  return {{"backup", backup.name()},
          {"directory", backup.directory()},
          {"stores", StoresOf(backup)},
          {"offset", OffsetOf(backup)},
          {"size", FormatBytes(static_cast<std::uint64_t>(backup.total_bytes()))},
          {"copied", FormatBytes(static_cast<std::uint64_t>(backup.copied_bytes()))},
          {"pack", backup.pack_id()},
          {"removed", absl::StrJoin(backup.removed(), ", ")}};
}

}  // namespace citylayers::cli
