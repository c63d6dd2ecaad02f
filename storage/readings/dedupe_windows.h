// The batches that are already stored, by source, for deduplication.
#ifndef CITYLAYERS_STORAGE_READINGS_DEDUPE_WINDOWS_H_
#define CITYLAYERS_STORAGE_READINGS_DEDUPE_WINDOWS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "storage/readings/append_result.h"

namespace citylayers::storage {

/// Holds the results of the last sequence numbers of each (source, epoch). Within the window
/// sequences may come in any order; one further back than the window is refused, because its result
/// has been dropped. Owned by the writer thread; not thread-safe. O(log n) per batch.
class DedupeWindows {
 public:
  struct Limits {
    std::uint64_t window = 1024;  ///< sequences kept per (source, epoch)
    /// Maximum number of (source, epoch) pairs; the least recently active is dropped first.
    std::size_t sources_max = 10'000;
    /// Maximum distance of a sequence past the newest of its source and epoch, and maximum first
    /// sequence. A greater one would leave the source no accepted sequence.
    std::uint64_t jump_max = 100'000;
    std::uint64_t first_max = 1'000'000'000;
  };
  struct Forgotten {
    std::string source;
    std::uint64_t epoch = 0;
    std::uint64_t sequence = 0;
  };

  explicit DedupeWindows(Limits limits) : limits_(limits) {}

  /// Used on opening, before any Insert: adds a stored result, in any order; then call
  /// FinishLoading. Results beyond the limits are dropped by the next Insert. Sources are ordered
  /// by activity by their greatest offset.
  void Load(const std::string& source, std::uint64_t epoch, std::uint64_t sequence,
            const AppendResult& result);
  void FinishLoading();

  /// The result with which the batch was stored, or nullopt when it is new. OUT_OF_RANGE: the
  /// sequence is older than the window. INVALID_ARGUMENT: it is too far ahead.
  absl::StatusOr<std::optional<AppendResult>> Find(const std::string& source, std::uint64_t epoch,
                                                   std::uint64_t sequence) const;
  /// Adds a result and returns the results dropped for it.
  std::vector<Forgotten> Insert(const std::string& source, std::uint64_t epoch,
                                std::uint64_t sequence, const AppendResult& result);
  std::size_t source_count() const { return windows_.size(); }

 private:
  struct Window {
    std::map<std::uint64_t, AppendResult> results;
    std::uint64_t last_use = 0;
  };
  using Key = std::pair<std::string, std::uint64_t>;

  void Trim(const Key& key, Window& window);
  void EvictOldest(std::size_t count, const Key* keep);

  const Limits limits_;
  std::map<Key, Window> windows_;
  std::uint64_t uses_ = 0;
  std::vector<Forgotten> forgotten_;  // returned by the next Insert
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_DEDUPE_WINDOWS_H_
