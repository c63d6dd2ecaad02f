// Runs a live layer: follows its readings, publishes its state, saves checkpoints.
#ifndef CITYLAYERS_SERVICES_LAYERS_FOLD_RUNNER_H_
#define CITYLAYERS_SERVICES_LAYERS_FOLD_RUNNER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "services/layers/folded_layer.h"
#include "services/layers/readings_client.h"
#include "services/runtime/module.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/tick_thread.h"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace citylayers::layers {

/// Restores a layer from `<data>/<layer>/<layer>.state`, follows its measures, publishes every tick
/// and saves checkpoints, from Start to Stop. Options of the layer's section: `<layer>.tick`,
/// `.stale_after`, `.checkpoint`, `.history_versions_max`, `.history_changes_max` (FoldOptions).
///  - Only a state that has caught up with the log is published as fresh or saved. While the log is
///    read again, the last published state stays, as stale.
///  - When the log cannot be read within kRestoredAfter of the start, the restored state is
///    published once, as stale.
class FoldRunner {
 public:
  static constexpr absl::Duration kRestoredAfter = absl::Seconds(2);

  FoldRunner(const runtime::ModuleContext& context, std::string layer,
             std::vector<std::string> measures, FoldedLayer& folded, std::string checkpoint_path,
             absl::Duration restored_after = kRestoredAfter);
  ~FoldRunner();

  void Start();
  void Stop();
  /// UNAVAILABLE until a first state is published: the log's, or the restored one.
  absl::Status Ready() const;

 private:
  void Restore();
  void Reset();
  void PublishOnce();
  /// While there is no fresh state: publishes the present one as stale.
  void PublishStale() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SaveCheckpoint();

  const runtime::ModuleContext context_;
  const std::string layer_;
  const std::vector<std::string> measures_;
  FoldedLayer& folded_;
  const std::string checkpoint_path_;
  prometheus::Counter& readings_total_;
  prometheus::Histogram& publish_seconds_;
  prometheus::Gauge& history_versions_;
  prometheus::Gauge& history_changes_;
  const absl::Duration stale_after_;
  const absl::Duration restored_after_;
  const runtime::MonotonicClock machine_clock_;
  absl::Time start_time_;  // of machine_clock_
  std::uint64_t offset_ = 0;
  absl::Mutex mutex_;                              // excludes resets during publishing and saving
  bool restored_ ABSL_GUARDED_BY(mutex_) = false;  // the state comes from a checkpoint
  // What the file holds. Used by the checkpointer, and by Stop after its end.
  struct SavedState {
    std::uint64_t offset = 0;
    std::uint32_t checksum = 0;
    friend bool operator==(const SavedState&, const SavedState&) = default;
  };
  std::optional<SavedState> saved_;  // unset: not known
  std::unique_ptr<ReadingsClient> readings_;
  std::unique_ptr<runtime::TickThread> publisher_, checkpointer_;
};

/// The options that FoldRunner reads, for the module's option list.
std::vector<runtime::Option> FoldOptions(const std::string& layer,
                                         const std::string& stale_after_default);

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_FOLD_RUNNER_H_
