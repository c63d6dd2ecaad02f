// Keeps a live layer alive: readings in, states out, checkpoints aside.
#ifndef CITYLAYERS_SERVICES_LAYERS_FOLD_RUNNER_CLIENT_H_
#define CITYLAYERS_SERVICES_LAYERS_FOLD_RUNNER_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/layers/folded_layer.h"
#include "services/layers/readings_client.h"
#include "services/layers/tick_thread.h"
#include "services/runtime/module.h"

namespace prometheus {
class Counter;
class Histogram;
}  // namespace prometheus

namespace citylayers::layers {

/// Restores a layer from `<data>/<layer>/<layer>.state`, follows its measures, publishes every tick
/// and saves checkpoints, from Start to Stop. Options of the layer's section: `<layer>.tick`,
/// `.stale_after`, `.checkpoint` (FoldOptions).
class FoldRunner {
 public:
  FoldRunner(runtime::ModuleContext& context, std::string layer, std::vector<std::string> measures,
             FoldedLayer& folded, std::string checkpoint_path);
  ~FoldRunner();

  void Start();
  void Stop();
  /// UNAVAILABLE until the log has been read and a first state published.
  absl::Status Ready() const;

 private:
  void Restore();
  void PublishOnce();
  void SaveCheckpoint() const;

  runtime::ModuleContext& context_;
  const std::string layer_;
  const std::vector<std::string> measures_;
  FoldedLayer& folded_;
  const std::string checkpoint_path_;
  prometheus::Counter& readings_total_;
  prometheus::Histogram& publish_seconds_;
  absl::Duration stale_after_;
  std::uint64_t offset_ = 0;
  std::unique_ptr<ReadingsClient> readings_;
  std::unique_ptr<TickThread> publisher_, checkpointer_;
};

/// The options that FoldRunner reads, for the module's list.
std::vector<runtime::Option> FoldOptions(const std::string& layer,
                                         const std::string& stale_after_default);

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_FOLD_RUNNER_CLIENT_H_
