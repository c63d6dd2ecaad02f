// Replacement of small files so that a crash leaves the old file or the new one.
#ifndef CITYLAYERS_BASE_ATOMIC_FILE_H_
#define CITYLAYERS_BASE_ATOMIC_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include <sys/types.h>

namespace citylayers {

/// Replaces the file at `path`, or creates it; either way it then has `mode` less the umask. Writes
/// `path`.new, syncs it, renames it, and syncs the directory. Costs two syncs. One writer at a time
/// per path. RESOURCE_EXHAUSTED: the disk is full. UNAVAILABLE: another disk error, or the
/// directory is missing. The messages name the file; the old file is unchanged and `path`.new is
/// removed.
absl::Status ReplaceFile(const std::string& path, std::string_view bytes, mode_t mode = 0644);

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_ATOMIC_FILE_H_
