// Which batches of which source have been stored already.
#ifndef CITYLAYERS_STORAGE_READINGS_DEDUPE_WINDOWS_H_
#define CITYLAYERS_STORAGE_READINGS_DEDUPE_WINDOWS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "storage/readings/reading.h"

namespace citylayers::storage {

/// For each (source, epoch) the results of its last sequence numbers. A sequence may come in any
/// order within the window; one that lies further back than the window is refused, since nobody
/// remembers what became of it. Owned by the writer thread; not thread-safe. O(log n) a batch.
class DedupeWindows {
 public:
  struct Limits {
    uint64_t window = 1024;       ///< sequences remembered for a (source, epoch)
    size_t sources_max = 10'000;  ///< (source, epoch) pairs; the one silent the longest goes first
    /// How far a sequence may lie past the newest of its source and epoch, and how great the first
    /// one may be. What is greater would leave the source no sequence that is still taken.
    uint64_t jump_max = 100'000;
    uint64_t first_max = 1'000'000'000;
  };
  struct Forgotten {
    std::string source;
    uint64_t epoch = 0;
    uint64_t sequence = 0;
  };

  explicit DedupeWindows(Limits limits) : limits_(limits) {}

  /// On opening, before any Insert: a result as it was kept, in any order; then FinishLoading. What
  /// the limits no longer allow is forgotten with the next Insert; a source's place in the order of
  /// silence is the greatest offset it got.
  void Load(const std::string& source, uint64_t epoch, uint64_t sequence,
            const AppendResult& result);
  void FinishLoading();

  /// The result with which the batch was stored, or nothing when it is new. OUT_OF_RANGE: the
  /// sequence is older than the window. INVALID_ARGUMENT: it is too far ahead.
  absl::StatusOr<std::optional<AppendResult>> Find(const std::string& source, uint64_t epoch,
                                                   uint64_t sequence) const;
  /// Remembers a result and returns what is forgotten for it.
  std::vector<Forgotten> Insert(const std::string& source, uint64_t epoch, uint64_t sequence,
                                const AppendResult& result);
  size_t source_count() const { return windows_.size(); }

 private:
  struct Window {
    std::map<uint64_t, AppendResult> results;
    uint64_t last_use = 0;
  };
  using Key = std::pair<std::string, uint64_t>;

  void Trim(const Key& key, Window& window);
  void EvictOldest(size_t count, const Key* keep);

  const Limits limits_;
  std::map<Key, Window> windows_;
  uint64_t uses_ = 0;
  std::vector<Forgotten> forgotten_;  // the next Insert hands them out
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_DEDUPE_WINDOWS_H_
