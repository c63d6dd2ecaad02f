// The gRPC service of the backup module.
#ifndef CITYLAYERS_SERVICES_BACKUP_BACKUP_SERVICE_H_
#define CITYLAYERS_SERVICES_BACKUP_BACKUP_SERVICE_H_

#include <string>
#include <utility>

#include "citylayers/backup/v1/backup_service.grpc.pb.h"
#include "services/backup/backup_runner.h"
#include "services/runtime/rpc/call_adapter.h"

namespace citylayers::backup {

/// BackupService. `directory` is that of the backups; empty: it is not configured, and every call
/// fails. Logs who asked for each backup. The other arguments must outlive it.
class BackupServiceImpl final : public v1::BackupService::CallbackService {
 public:
  BackupServiceImpl(runtime::CallAdapter& calls, BackupRunner& runner, std::string directory)
      : calls_(calls), runner_(runner), directory_(std::move(directory)) {}

  grpc::ServerWriteReactor<v1::CreateBackupResponse>* CreateBackup(
      grpc::CallbackServerContext* context, const v1::CreateBackupRequest* request) override;

 private:
  runtime::CallAdapter& calls_;
  BackupRunner& runner_;
  const std::string directory_;
};

}  // namespace citylayers::backup

#endif  // CITYLAYERS_SERVICES_BACKUP_BACKUP_SERVICE_H_
