// Checks of the stores in a backup, which this program opens without a server.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_BACKUP_STORES_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_BACKUP_STORES_H_

#include <string>

#include "absl/status/status.h"

#include "storage/backup/backup_manifest.h"

namespace citylayers::cli {

/// OK when this program can read all stores of the backup. FAILED_PRECONDITION: it has a store that
/// is not known here, or one of a newer format; the message has the version that made it.
absl::Status CheckFormats(const storage::BackupManifest& manifest);

/// Opens each store below `directory`, which has one directory for each, and compares its last
/// change with the manifest. Changes no file. DATA_LOSS: one does not open, or ends elsewhere.
absl::Status CheckStores(const storage::BackupManifest& manifest, const std::string& directory);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_BACKUP_STORES_H_
