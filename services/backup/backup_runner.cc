#include "services/backup/backup_runner.h"

namespace citylayers::backup {

void BackupRun::OnDone(std::function<void()> on_done) {
  {
    absl::MutexLock lock(&mutex_);
    if (!result_.has_value()) {
      on_done_ = std::move(on_done);
      return;
    }
  }
  on_done();
}

absl::Status BackupRun::Report(const BackupProgress& progress) {
  absl::MutexLock lock(&mutex_);
  progress_ = progress;
  return cancelled_ ? absl::CancelledError("the backup was cancelled; nothing of it is left")
                    : absl::OkStatus();
}

void BackupRun::Finish(Result result) {
  std::function<void()> on_done;
  {
    absl::MutexLock lock(&mutex_);
    result_ = std::move(result);
    on_done = std::move(on_done_);
  }
  if (on_done) on_done();
}

absl::StatusOr<std::shared_ptr<BackupRun>> BackupRunner::Start(const BackupRequest& request) {
  absl::MutexLock lock(&mutex_);
  if (stopped_) return absl::FailedPreconditionError("the server is stopping");
  if (run_ != nullptr && !run_->result().has_value()) {
    return absl::FailedPreconditionError("another backup is being made: wait for its end");
  }
  if (thread_.joinable()) thread_.join();  // it is done
  run_ = std::make_shared<BackupRun>();
  thread_ = std::thread([this, run = run_, request] {
    run->Finish(
        job_(request, [&run](const BackupProgress& progress) { return run->Report(progress); }));
  });
  return run_;
}

void BackupRunner::Stop() {
  std::thread thread;
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    if (run_ != nullptr) run_->Cancel();
    thread = std::move(thread_);
  }
  if (thread.joinable()) thread.join();
}

}  // namespace citylayers::backup
