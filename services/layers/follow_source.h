// Several layers on one stream, whose view the client moves.
#ifndef CITYLAYERS_SERVICES_LAYERS_FOLLOW_SOURCE_H_
#define CITYLAYERS_SERVICES_LAYERS_FOLLOW_SOURCE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "base/clock.h"
#include "citylayers/layers/v1/layer_service.pb.h"
#include "services/layers/layer.h"
#include "services/layers/watch_source.h"
#include "services/runtime/rpc/stream_source.h"

namespace citylayers::layers {

/// The server's side of FollowLayers: one WatchSource per layer, which take turns. It holds a
/// version per layer, and no message.
class FollowSource final
    : public runtime::DuplexSource<v1::FollowLayersRequest, v1::FollowLayersResponse> {
 public:
  struct Options {
    std::size_t layers_max = 16;
    WatchSource::Options watch;
  };
  /// The layer of a name, when the caller may read it; otherwise the error of the call. Called for
  /// each layer that a request names.
  using FindLayer =
      std::function<absl::StatusOr<std::shared_ptr<const Layer>>(const std::string& name)>;

  /// `machine_clock` as in WatchSource.
  FollowSource(Options options, FindLayer find_layer, const Clock& machine_clock)
      : options_(std::move(options)),
        find_layer_(std::move(find_layer)),
        machine_clock_(machine_clock) {}
  ~FollowSource() override;

  /// Changes `waiting` to what it and the later request `next` request together.
  static void Merge(v1::FollowLayersRequest& waiting, v1::FollowLayersRequest next);

  absl::Status Take(v1::FollowLayersRequest request) override;
  absl::StatusOr<runtime::StreamStep> Next(v1::FollowLayersResponse* response) override;
  bool has_bulk() const override { return true; }
  void AddPosition(absl::Status& status) const override;

 private:
  using Sources = std::vector<std::unique_ptr<WatchSource>>;

  absl::Status SetLayers(const v1::FollowLayersRequest& request);
  absl::StatusOr<std::unique_ptr<WatchSource>> Open(const v1::FollowedLayer& followed);
  std::unique_ptr<WatchSource> TakeOpen(const std::string& name);
  static void Close(Sources& sources);

  const Options options_;
  const FindLayer find_layer_;
  const Clock& machine_clock_;
  // The present view and pace of all layers; for layers that are added.
  v1::WatchLayerRequest common_;
  Sources sources_;
  std::size_t turn_ = 0;
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_FOLLOW_SOURCE_H_
