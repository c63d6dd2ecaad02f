#include "services/backup/backup_service.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/time/time.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "proto/support/proto_time.h"
#include "services/runtime/log.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/stream_source.h"

namespace citylayers::backup {
namespace {

using runtime::StreamStep;

// A client knows by it that the server works, however long a store takes.
constexpr absl::Duration kProgressEvery = absl::Seconds(1);

v1::Backup ToProto(const MadeBackup& made, const std::string& directory) {
  v1::Backup backup;
  backup.set_name(made.name);
  backup.set_directory(directory);
  *backup.mutable_create_time() = ToProtoTime(made.manifest.time);
  for (const storage::BackupStore& store : made.manifest.stores) {
    v1::BackupStore& added = *backup.add_stores();
    added.set_name(store.name);
    added.set_offset(static_cast<std::int64_t>(store.offset));
  }
  if (made.manifest.pack_id != "-") backup.set_pack_id(made.manifest.pack_id);
  backup.set_program_version(made.manifest.program_version);
  backup.set_total_bytes(static_cast<std::int64_t>(made.manifest.bytes()));
  backup.set_copied_bytes(static_cast<std::int64_t>(made.copied_bytes));
  for (const std::string& name : made.removed) backup.add_removed(name);
  return backup;
}

/// Progress every second, then the backup. Its end cancels a backup that is not done.
class BackupStream final : public runtime::StreamSource<v1::CreateBackupResponse> {
 public:
  BackupStream(std::shared_ptr<BackupRun> run, std::string directory)
      : run_(std::move(run)), directory_(std::move(directory)) {
    run_->OnDone([waker = waker()] { waker->Wake(); });
  }
  ~BackupStream() override { run_->Cancel(); }

  absl::StatusOr<StreamStep> Next(v1::CreateBackupResponse* response) override {
    if (sent_) return StreamStep::End();
    if (const auto result = run_->result(); result.has_value()) {
      RETURN_IF_ERROR(result->status());
      *response->mutable_backup() = ToProto(**result, directory_);
      sent_ = true;
      return StreamStep::Message();
    }
    waited_ = !waited_;
    if (waited_) return StreamStep::Wait(kProgressEvery);
    const BackupProgress progress = run_->progress();
    response->mutable_progress()->set_done_bytes(static_cast<std::int64_t>(progress.done_bytes));
    response->mutable_progress()->set_total_bytes(static_cast<std::int64_t>(progress.total_bytes));
    return StreamStep::Message();
  }

 private:
  const std::shared_ptr<BackupRun> run_;  // shared with the thread of the backup
  const std::string directory_;
  bool waited_ = false;
  bool sent_ = false;
};

}  // namespace

grpc::ServerWriteReactor<v1::CreateBackupResponse>* BackupServiceImpl::CreateBackup(
    grpc::CallbackServerContext* context, const v1::CreateBackupRequest* request) {
  using Source = runtime::StreamSource<v1::CreateBackupResponse>;
  return calls_.ServerStream<v1::CreateBackupRequest, v1::CreateBackupResponse>(
      context, "BackupService/CreateBackup", request,
      [this](const runtime::Call& call,
             const v1::CreateBackupRequest& asked) -> absl::StatusOr<std::unique_ptr<Source>> {
        if (directory_.empty()) {
          return absl::FailedPreconditionError(
              "backup.directory is not set: set it to a directory on another disk than the data, "
              "and restart the server");
        }
        if (asked.keep_count() < 0) {
          return runtime::BadField("keep_count", "must not be negative; 0 keeps all");
        }
        ASSIGN_OR_RETURN(std::shared_ptr<BackupRun> run,
                         runner_.Start({.full = asked.full(),
                                        .keep = static_cast<std::size_t>(asked.keep_count())}));
        runtime::LogInfo("backup started",
                         {{"by", call.caller->is_anonymous() ? "anonymous" : call.caller->name},
                          {"by_key", call.caller->key_id},
                          {"from", call.peer}});
        return std::make_unique<BackupStream>(std::move(run), directory_);
      });
}

}  // namespace citylayers::backup
