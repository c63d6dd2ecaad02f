#include "services/layers/fold_runner.h"

#include <utility>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include "base/strings.h"
#include "services/runtime/city_clock.h"
#include "services/runtime/log.h"
#include "services/runtime/module_channels.h"
#include "storage/bytes/checksum.h"

namespace citylayers::layers {

FoldRunner::FoldRunner(const runtime::ModuleContext& context, std::string layer,
                       std::vector<std::string> measures, FoldedLayer& folded,
                       std::string checkpoint_path, absl::Duration restored_after)
    : context_(context),
      layer_(std::move(layer)),
      measures_(std::move(measures)),
      folded_(folded),
      checkpoint_path_(std::move(checkpoint_path)),
      readings_total_(context.metrics.Counter("citylayers_layer_readings_total",
                                              "Readings folded into a layer", {{"layer", layer_}})),
      publish_seconds_(context.metrics.Seconds("citylayers_layer_publish_seconds",
                                               "Time to derive and publish a layer's state",
                                               {{"layer", layer_}})),
      history_versions_(context.metrics.Gauge("citylayers_layer_history_versions",
                                              "Versions from which a returning watcher can resume",
                                              {{"layer", layer_}})),
      history_changes_(context.metrics.Gauge("citylayers_layer_history_changes",
                                             "Row changes held for returning watchers",
                                             {{"layer", layer_}})),
      stale_after_(context.config.GetDuration(StrCat(layer_, ".stale_after"))),
      restored_after_(restored_after) {
  const auto limit = [&](const char* name) {
    return static_cast<std::size_t>(context.config.GetInt(StrCat(layer_, ".", name)));
  };
  folded_.state().LimitHistory(limit("history_versions_max"), limit("history_changes_max"));
}

FoldRunner::~FoldRunner() = default;

void FoldRunner::Start() {
  Restore();
  start_time_ = machine_clock_.Now();
  readings_ = std::make_unique<ReadingsClient>(
      StrCat(layer_, " follows readings"), context_.channels.To("readings"), measures_, offset_,
      ReadingsClient::Callbacks{.on_reset = [this] { Reset(); },
                                .on_begin = [this] { folded_.BeginStream(); },
                                .on_batch =
                                    [this](const readings::v1::WatchReadingsResponse& response) {
                                      folded_.ApplyBatch(response.readings());
                                      folded_.SetOffset(response.offset());
                                      readings_total_.Increment(
                                          response.readings().measure_indexes_size());
                                    }});
  publisher_ = std::make_unique<runtime::TickThread>(
      context_.config.GetDuration(StrCat(layer_, ".tick")), [this] { PublishOnce(); });
  checkpointer_ = std::make_unique<runtime::TickThread>(
      context_.config.GetDuration(StrCat(layer_, ".checkpoint")), [this] { SaveCheckpoint(); });
}

void FoldRunner::Stop() {
  if (readings_ == nullptr) return;
  publisher_.reset();
  checkpointer_.reset();
  readings_->Stop();
  SaveCheckpoint();
  readings_.reset();
}

absl::Status FoldRunner::Ready() const {
  if (!folded_.state().frame()->sub_layers().empty()) return absl::OkStatus();
  return absl::UnavailableError("reading the log of readings");
}

void FoldRunner::Restore() {
  const absl::StatusOr<storage::Checkpoint> checkpoint = storage::LoadCheckpoint(checkpoint_path_);
  if (checkpoint.ok()) {
    absl::MutexLock lock(&mutex_);
    restored_ = folded_.Restore(*checkpoint);
    if (restored_) offset_ = checkpoint->log_offset;
  } else if (!absl::IsNotFound(checkpoint.status())) {
    runtime::LogWarning("checkpoint not usable, rebuilding the state from the log",
                        {{"layer", layer_}, {"why", checkpoint.status().message()}});
  }
}

void FoldRunner::Reset() {
  absl::MutexLock lock(&mutex_);
  restored_ = false;
  folded_.Clear();
}

void FoldRunner::PublishOnce() {
  const absl::Time start = machine_clock_.Now();
  const absl::Time city_now = context_.city_clock.Now();
  absl::MutexLock lock(&mutex_);
  if (!readings_->caught_up()) return PublishStale();
  const bool silent = city_now - folded_.newest_reading_time() > stale_after_;
  folded_.Publish(city_now, silent || !readings_->current());
  const LiveState::History history = folded_.state().history();
  history_versions_.Set(static_cast<double>(history.versions));
  history_changes_.Set(static_cast<double>(history.changes));
  publish_seconds_.Observe(absl::ToDoubleSeconds(machine_clock_.Now() - start));
}

void FoldRunner::PublishStale() {
  const std::shared_ptr<const Frame> frame = folded_.state().frame();
  if (!frame->sub_layers().empty()) {
    folded_.state().Touch(frame->data_time, true);
  } else if (restored_ && machine_clock_.Now() - start_time_ >= restored_after_) {
    // At the data's own time: without the readings service the city time is unknown as well.
    folded_.Publish(folded_.newest_reading_time(), true);
  }
}

void FoldRunner::SaveCheckpoint() {
  storage::Checkpoint checkpoint;
  {
    absl::MutexLock lock(&mutex_);
    if (!readings_->caught_up()) return;
    checkpoint = folded_.MakeCheckpoint();
  }
  // The state may also depend on other inputs than the log, so its offset alone does not tell.
  const SavedState state{checkpoint.log_offset, storage::CheckpointChecksum(checkpoint.payload)};
  if (state == saved_) return;
  const absl::Status saved = storage::SaveCheckpoint(checkpoint_path_, checkpoint);
  if (!saved.ok()) {
    runtime::LogWarning("checkpoint not saved", {{"layer", layer_}, {"why", saved.message()}});
    return;
  }
  saved_ = state;
}

std::vector<runtime::Option> FoldOptions(const std::string& layer,
                                         const std::string& stale_after_default) {
  using runtime::OptionType;
  return {{StrCat(layer, ".tick"), OptionType::kDuration, "250ms",
           "Time between two updates of the layer's state.", 0.05, 60},
          {StrCat(layer, ".stale_after"), OptionType::kDuration, stale_after_default,
           "Time without a reading after which the layer is stale (city time).", 1, 1e6},
          {StrCat(layer, ".checkpoint"), OptionType::kDuration, "10s",
           "Time between two checkpoints.", 0.1, 3600},
          {StrCat(layer, ".history_versions_max"), OptionType::kInt, "1200",
           "Maximum number of versions from which a watcher can resume; others get a snapshot.", 1,
           1e6},
          {StrCat(layer, ".history_changes_max"), OptionType::kInt, "2000000",
           "Maximum number of row changes held for returning watchers; 8 bytes each.", 1, 1e9}};
}

}  // namespace citylayers::layers
