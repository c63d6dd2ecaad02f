// Backups as rows of a table.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_BACKUP_TEXT_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_BACKUP_TEXT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "citylayers/backup/v1/backup_service.pb.h"
#include "services/programs/citylayers/table.h"
#include "storage/backup/backup_manifest.h"

namespace citylayers::cli {

/// "3.2 GB", "17 KB", "0 B": powers of 1000.
std::string FormatBytes(std::uint64_t bytes);

/// The message of a backup that was read from its directory; copied_bytes is not known there.
backup::v1::Backup ToProto(const std::string& name, const std::string& directory,
                           const storage::BackupManifest& manifest);

std::vector<TableColumn> BackupColumns();
std::vector<Cell> BackupCells(const backup::v1::Backup& backup);
/// One backup as "name  value" lines.
std::vector<std::pair<std::string, std::string>> BackupLines(const backup::v1::Backup& backup);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_BACKUP_TEXT_H_
