// Hard links to the write-ahead logs of a database while it opens.
#ifndef CITYLAYERS_STORAGE_ROCKS_SAVED_LOGS_H_
#define CITYLAYERS_STORAGE_ROCKS_SAVED_LOGS_H_

#include <string>
#include <vector>

namespace citylayers::storage {

/// RocksDB removes the logs that it has replayed. If they then turn out to be damaged, a repair
/// needs them, so they get a second name (a hard link, which costs no space) before the opening.
/// Keep() leaves these links; otherwise the destructor removes them. Links of a killed process are
/// removed by the next one. Not thread-safe.
class SavedLogs {
 public:
  /// `database`: the directory with the *.log files. `saved`: a directory on the same file system.
  SavedLogs(const std::string& database, std::string saved);
  ~SavedLogs();
  SavedLogs(const SavedLogs&) = delete;
  SavedLogs& operator=(const SavedLogs&) = delete;

  /// Moves the links to a name that no later opening touches, and returns it; empty
  /// when there are no logs.
  std::string Keep();

 private:
  const std::string saved_;
  bool any_ = false;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ROCKS_SAVED_LOGS_H_
