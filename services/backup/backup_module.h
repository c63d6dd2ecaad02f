// The backup module: copies of the stores of its process.
#ifndef CITYLAYERS_SERVICES_BACKUP_BACKUP_MODULE_H_
#define CITYLAYERS_SERVICES_BACKUP_BACKUP_MODULE_H_

#include "services/runtime/module.h"

namespace citylayers::backup {

/// Module "backup": serves BackupService for the stores that other modules of its process have
/// added to ModuleContext::backups. It is made after these modules. Options `backup.*`.
runtime::ModuleSpec BackupModule();

}  // namespace citylayers::backup

#endif  // CITYLAYERS_SERVICES_BACKUP_BACKUP_MODULE_H_
