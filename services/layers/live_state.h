// The state of a live layer: columns of small integers, their version, and recent changes.
#ifndef CITYLAYERS_SERVICES_LAYERS_LIVE_STATE_H_
#define CITYLAYERS_SERVICES_LAYERS_LIVE_STATE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "base/layer_version.h"
#include "geo/tile/tile_id.h"
#include "services/runtime/rpc/waker_list.h"

namespace citylayers::layers {

/// The columns of one sub-layer: columns[c][row]. All columns have the same length.
struct Columns {
  std::vector<std::vector<std::int32_t>> columns;
  std::size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
  friend bool operator==(const Columns&, const Columns&) = default;
};

/// One version of the whole state. Immutable once published, so readers share it without a lock.
struct Frame {
  LayerVersion version;
  absl::Time data_time = absl::InfinitePast();  // InfinitePast: no data yet
  bool stale = false;
  std::vector<std::string> notices;  // those of Layer.notices that depend on the state
  /// Never null. Versions that differ only in their times share it.
  std::shared_ptr<const std::vector<Columns>> columns =
      std::make_shared<const std::vector<Columns>>();
  /// Other inputs of the layer's tiles, so that both are of one version; only the layer itself
  /// knows their type. Changes only together with the version.
  std::shared_ptr<const void> layer_data;

  /// The columns of each sub-layer; empty before the first Publish.
  const std::vector<Columns>& sub_layers() const { return *columns; }
};

/// The rows that differ between two versions, and the columns in which they differ.
struct RowChange {
  std::uint32_t row = 0;
  std::uint32_t column_mask = 0;  // bit c: column c
  friend bool operator==(const RowChange&, const RowChange&) = default;
};
struct Changes {
  std::vector<std::vector<RowChange>> sub_layers;  // rows ascending
  std::vector<geo::TileId> tiles;                  // ascending, without doubles
};

/// Holds the present frame and a bounded history of changes, and wakes watchers. One publisher, any
/// number of readers; thread-safe. A reader may hold a frame for any time.
///
///   LiveState state({.epoch = 7});
///   state.Publish({{{1, 2, 3}}}, data_time, false, {});
///   std::shared_ptr<const Frame> frame = state.frame();
class LiveState {
 public:
  struct Options {
    std::uint64_t epoch = 0;
    std::size_t history_versions_max = 1200;  // versions from which a returning watcher can resume
    std::size_t history_changes_max =
        2'000'000;  // row changes held over all versions; 8 bytes each
  };

  explicit LiveState(Options options);

  /// Creates the next version when any value differs from the present frame; otherwise updates only
  /// `data_time` and `stale`. Returns whether the version changed. O(rows x columns). `tiles`:
  /// changed tiles that do not follow from changed rows. `layer_data`: Frame::layer_data of the
  /// next version; ignored when the version does not change. REQUIRES: every call has the same
  /// number of sub-layers, columns and rows; at most 32 columns; Publish, Touch and SetNotices are
  /// called by one thread at a time.
  bool Publish(std::vector<Columns> sub_layers, absl::Time data_time, bool stale,
               std::vector<geo::TileId> tiles, std::shared_ptr<const void> layer_data = nullptr);

  /// Publishes the present state with these two values updated. O(1) when neither changes.
  void Touch(absl::Time data_time, bool stale);

  /// Replaces Frame::notices of the present frame and of those to come. O(1) when they are the
  /// same. Called by the thread that publishes.
  void SetNotices(std::vector<std::string> notices);

  /// The present frame; version 0 without sub-layers before the first Publish. O(1).
  std::shared_ptr<const Frame> frame() const;

  /// Replaces Options.history_versions_max and .history_changes_max, from the next version on.
  void LimitHistory(std::size_t versions_max, std::size_t changes_max);

  /// Size of the history.
  struct History {
    std::size_t versions = 0;
    std::size_t changes = 0;  // of rows
  };
  History history() const;

  /// The changes from `from` to `to.version`, two frames of this state; nullopt when the history
  /// does not reach back to `from`.
  std::optional<Changes> ChangesBetween(LayerVersion from, const Frame& to) const;

  /// Wakes `waker` at each new version and when `stale` or the notices change, while it exists.
  /// O(1) on average.
  void AddWatcher(std::weak_ptr<runtime::Waker> waker) const;

  /// Number of watchers held; see runtime::WakerList.
  std::size_t watcher_count() const { return watchers_.size(); }

 private:
  /// The changes that led to one version.
  struct HistoryEntry {
    std::uint64_t counter = 0;  // of the version
    Changes changes;
    std::size_t size = 0;
  };

  const std::uint64_t epoch_;
  mutable absl::Mutex mutex_;
  std::size_t history_versions_max_ ABSL_GUARDED_BY(mutex_);
  std::size_t history_changes_max_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const Frame> frame_ ABSL_GUARDED_BY(mutex_);
  std::deque<HistoryEntry> history_ ABSL_GUARDED_BY(mutex_);
  std::size_t history_size_ ABSL_GUARDED_BY(mutex_) = 0;
  mutable runtime::WakerList watchers_;
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_LIVE_STATE_H_
