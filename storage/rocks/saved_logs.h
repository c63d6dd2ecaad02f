// Second names for the write-ahead logs of a database while it opens.
#ifndef CITYLAYERS_STORAGE_ROCKS_SAVED_LOGS_H_
#define CITYLAYERS_STORAGE_ROCKS_SAVED_LOGS_H_

#include <string>
#include <vector>

namespace citylayers::storage {

/// RocksDB removes the logs that it has replayed. When it turns out afterwards that they were
/// damaged, they are what a repair begins with, so they get a second name (a hard link, which costs
/// no space) before the opening. Keep() leaves them there; else they go away with this object. What
/// a process that was killed left behind is removed by the next one. Not thread-safe.
class SavedLogs {
 public:
  /// `database`: the directory with the *.log files. `saved`: a directory of the same file system.
  SavedLogs(const std::string& database, std::string saved);
  ~SavedLogs();
  SavedLogs(const SavedLogs&) = delete;
  SavedLogs& operator=(const SavedLogs&) = delete;

  /// Leaves the logs under a name that no later opening touches, and returns it; empty when there
  /// are none.
  std::string Keep();

 private:
  const std::string saved_;
  bool any_ = false;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ROCKS_SAVED_LOGS_H_
