#include "services/layers/fold_runner_client.h"

#include <utility>

#include "absl/time/clock.h"
#include "spdlog/spdlog.h"
#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include "proto/support/strings.h"
#include "services/runtime/city_clock.h"

namespace citylayers::layers {

FoldRunner::FoldRunner(runtime::ModuleContext& context, std::string layer,
                       std::vector<std::string> measures, FoldedLayer& folded,
                       std::string checkpoint_path)
    : context_(context),
      layer_(std::move(layer)),
      measures_(std::move(measures)),
      folded_(folded),
      checkpoint_path_(std::move(checkpoint_path)),
      readings_total_(context.metrics().Counter(
          "citylayers_layer_readings_total", "Readings folded into a layer", {{"layer", layer_}})),
      publish_seconds_(context.metrics().Seconds("citylayers_layer_publish_seconds",
                                                 "Time to derive and publish a layer's state",
                                                 {{"layer", layer_}})),
      stale_after_(context.config().GetDuration(StrCat(layer_, ".stale_after"))) {}

FoldRunner::~FoldRunner() = default;

void FoldRunner::Start() {
  Restore();
  readings_ = std::make_unique<ReadingsClient>(
      StrCat(layer_, " follows readings"), context_.Channel("readings"), measures_, offset_,
      ReadingsClient::Callbacks{.on_reset = [this] { folded_.Clear(); },
                                .on_batch =
                                    [this](const readings::v1::WatchReadingsResponse& response) {
                                      folded_.ApplyBatch(response.readings());
                                      folded_.SetOffset(response.offset());
                                      readings_total_.Increment(
                                          response.readings().measure_indexes_size());
                                    }});
  publisher_ = std::make_unique<TickThread>(context_.config().GetDuration(StrCat(layer_, ".tick")),
                                            [this] { PublishOnce(); });
  checkpointer_ = std::make_unique<TickThread>(
      context_.config().GetDuration(StrCat(layer_, ".checkpoint")), [this] {
        if (readings_->caught_up()) SaveCheckpoint();
      });
}

void FoldRunner::Stop() {
  publisher_.reset();
  checkpointer_.reset();
  readings_.reset();
  SaveCheckpoint();
}

absl::Status FoldRunner::Ready() const {
  if (!folded_.state().frame()->sub_layers.empty()) return absl::OkStatus();
  return absl::UnavailableError("reading the log of readings");
}

void FoldRunner::Restore() {
  const absl::StatusOr<storage::Checkpoint> checkpoint = storage::LoadCheckpoint(checkpoint_path_);
  if (checkpoint.ok()) {
    if (folded_.Restore(*checkpoint)) offset_ = checkpoint->log_offset;
  } else if (!absl::IsNotFound(checkpoint.status())) {
    spdlog::warn("{}: {}", layer_, std::string(checkpoint.status().message()));
  }
}

void FoldRunner::PublishOnce() {
  if (!readings_->caught_up()) return;
  const absl::Time start = absl::Now();
  const absl::Time city_now = context_.city_clock().Now();
  const bool silent = city_now - folded_.state().frame()->data_time > stale_after_;
  folded_.Publish(city_now, silent || !readings_->connected());
  publish_seconds_.Observe(absl::ToDoubleSeconds(absl::Now() - start));
}

void FoldRunner::SaveCheckpoint() const {
  const absl::Status saved = storage::SaveCheckpoint(checkpoint_path_, folded_.MakeCheckpoint());
  if (!saved.ok()) spdlog::warn("{}: {}", layer_, std::string(saved.message()));
}

std::vector<runtime::Option> FoldOptions(const std::string& layer,
                                         const std::string& stale_after_default) {
  using runtime::OptionType;
  return {{StrCat(layer, ".tick"), OptionType::kDuration, "250ms",
           "Time between two states of the layer.", 0.05, 60},
          {StrCat(layer, ".stale_after"), OptionType::kDuration, stale_after_default,
           "The layer is stale when no reading has come for this long (city time).", 1, 1e6},
          {StrCat(layer, ".checkpoint"), OptionType::kDuration, "10s",
           "Time between two checkpoints.", 0.1, 3600}};
}

}  // namespace citylayers::layers
