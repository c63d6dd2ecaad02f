// Runs the backups of a process one after the other, each on a separate thread.
#ifndef CITYLAYERS_SERVICES_BACKUP_BACKUP_RUNNER_H_
#define CITYLAYERS_SERVICES_BACKUP_BACKUP_RUNNER_H_

#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "services/backup/backup_job.h"

namespace citylayers::backup {

/// A backup in progress, shared by its thread and by the call that asked for it. Thread-safe.
class BackupRun {
 public:
  using Result = absl::StatusOr<MadeBackup>;

  BackupProgress progress() const {
    absl::MutexLock lock(&mutex_);
    return progress_;
  }
  /// nullopt: not done yet.
  std::optional<Result> result() const {
    absl::MutexLock lock(&mutex_);
    return result_;
  }
  /// Ends it with CANCELLED at its next part; nothing of it is left. No effect when it is done.
  void Cancel() {
    absl::MutexLock lock(&mutex_);
    cancelled_ = true;
  }
  /// Calls `on_done` when it is done, on its thread; at once if it is.
  void OnDone(std::function<void()> on_done);

  /// For the runner. CANCELLED: after Cancel.
  absl::Status Report(const BackupProgress& progress);
  void Finish(Result result);

 private:
  mutable absl::Mutex mutex_;
  BackupProgress progress_ ABSL_GUARDED_BY(mutex_);
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<Result> result_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> on_done_ ABSL_GUARDED_BY(mutex_);
};

/// Thread-safe.
class BackupRunner {
 public:
  using Job = std::function<BackupRun::Result(const BackupRequest&, const OnProgress&)>;

  explicit BackupRunner(Job job) : job_(std::move(job)) {}
  ~BackupRunner() { Stop(); }

  /// FAILED_PRECONDITION: a backup is in progress, or the process is stopping.
  absl::StatusOr<std::shared_ptr<BackupRun>> Start(const BackupRequest& request);
  /// Cancels the backup in progress, waits for its end, and starts no more.
  void Stop();

 private:
  const Job job_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::shared_ptr<BackupRun> run_ ABSL_GUARDED_BY(mutex_);  // shared with its call; the last one
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::backup

#endif  // CITYLAYERS_SERVICES_BACKUP_BACKUP_RUNNER_H_
