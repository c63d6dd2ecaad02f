// The rejected readings on disk.
#ifndef CITYLAYERS_STORAGE_READINGS_DEAD_LETTERS_H_
#define CITYLAYERS_STORAGE_READINGS_DEAD_LETTERS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "storage/readings/rejected_rows.h"

namespace citylayers::storage {

class Database;

/// Rejected readings, newest first, and the position of those that follow.
struct DeadLetterPage {
  std::vector<DeadLetter> letters;
  std::string next;              ///< for Read; empty when no older ones are held
  std::size_t damaged_rows = 0;  ///< left out; each has up to kDeadLettersPerRow of one batch
};

/// Reads the rejected readings that are still held (ReadingsStoreOptions::dead_letter_bytes_max).
/// Thread-safe; the database must outlive it.
class DeadLetters {
 public:
  explicit DeadLetters(Database& database) : database_(database) {}

  /// The first `count_max` rejected readings older than `position`: empty, or the `next` of a page.
  /// A position stays valid while readings are rejected and dropped: pages neither repeat nor skip
  /// one. REQUIRES: count_max > 0. INVALID_ARGUMENT: not a position. Memory and time grow with
  /// count_max + kDeadLettersPerRow.
  absl::StatusOr<DeadLetterPage> Read(std::string_view position, std::size_t count_max) const;

 private:
  Database& database_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_DEAD_LETTERS_H_
