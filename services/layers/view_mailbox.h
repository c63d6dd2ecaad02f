// Moves of the view of an open stream, from other calls.
#ifndef CITYLAYERS_SERVICES_LAYERS_VIEW_MAILBOX_H_
#define CITYLAYERS_SERVICES_LAYERS_VIEW_MAILBOX_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "services/layers/map_view.h"
#include "services/runtime/rpc/stream_source.h"

namespace citylayers::layers {

/// The view to which an open stream is to move. A newer view replaces one that the stream has not
/// taken yet. Thread-safe; may outlive the stream.
class ViewMailbox {
 public:
  /// `layer_name`: of the layer that the stream follows. `waker`: of the stream.
  ViewMailbox(std::string layer_name, std::shared_ptr<runtime::Waker> waker)
      : layer_name_(std::move(layer_name)), waker_(std::move(waker)) {}

  const std::string& layer_name() const { return layer_name_; }

  void Post(const MapView& view) {
    {
      absl::MutexLock lock(&mutex_);
      view_ = view;
    }
    waker_->Wake();
  }
  std::optional<MapView> Take() {
    absl::MutexLock lock(&mutex_);
    return std::exchange(view_, std::nullopt);
  }

 private:
  const std::string layer_name_;
  const std::shared_ptr<runtime::Waker> waker_;
  absl::Mutex mutex_;
  std::optional<MapView> view_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_VIEW_MAILBOX_H_
