// The stores of a process that a backup copies.
#ifndef CITYLAYERS_SERVICES_RUNTIME_BACKUP_SOURCE_H_
#define CITYLAYERS_SERVICES_RUNTIME_BACKUP_SOURCE_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "storage/rocks/store_copy.h"

namespace citylayers::runtime {

/// A store that can be copied while it is used. The module that owns the store implements it.
/// Thread-safe.
class BackupSource {
 public:
  virtual ~BackupSource() = default;

  /// Name of its directory in the data directory: "readings".
  virtual std::string name() const = 0;
  /// Version of the store's format; a program with a lower one must not restore it.
  virtual std::uint64_t format() const = 0;
  /// Makes a consistent copy in the new directory `directory`, which is on the file system of the
  /// store. NOT_FOUND: the store has nothing yet. Other errors: those of the store.
  virtual absl::StatusOr<storage::StoreCopy> Copy(const std::string& directory) = 0;
  /// OK when the copy opens and has its last change. Changes no file.
  virtual absl::Status Check(const std::string& directory,
                             const storage::StoreCopy& copy) const = 0;
};

/// The sources of a process. Modules add theirs when they are made and remove it at their end; a
/// backup uses them between. Thread-safe.
class BackupSources {
 public:
  /// `source` must live until Remove.
  void Add(BackupSource& source) {
    absl::MutexLock lock(&mutex_);
    sources_.push_back(&source);
  }
  void Remove(BackupSource& source) {
    absl::MutexLock lock(&mutex_);
    sources_.erase(std::remove(sources_.begin(), sources_.end(), &source), sources_.end());
  }
  std::vector<BackupSource*> all() const {
    absl::MutexLock lock(&mutex_);
    return sources_;
  }

  /// Adds a source for the life of this object.
  class Registration {
   public:
    Registration(BackupSources& sources, BackupSource& source)
        : sources_(sources), source_(source) {
      sources_.Add(source_);
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    ~Registration() { sources_.Remove(source_); }

   private:
    BackupSources& sources_;
    BackupSource& source_;
  };

 private:
  mutable absl::Mutex mutex_;
  std::vector<BackupSource*> sources_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_BACKUP_SOURCE_H_
