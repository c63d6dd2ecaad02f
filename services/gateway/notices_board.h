// The state of every layer, for all pages. Private to the live handler.
#ifndef CITYLAYERS_SERVICES_GATEWAY_NOTICES_BOARD_H_
#define CITYLAYERS_SERVICES_GATEWAY_NOTICES_BOARD_H_

#include "absl/time/time.h"

#include "services/gateway/layer_directory.h"
#include "services/gateway/value_board.h"
#include "services/runtime/delayed_task.h"

namespace citylayers::gateway {

/// Reads the directory's notices of each layer once per second. It calls no backend.
class NoticesBoard final : public ValueBoard {
 public:
  /// The references must outlive it.
  NoticesBoard(absl::Duration linger, const LayerDirectory& directory, runtime::Timer& timer);

  void End() override { next_.Stop(); }

 private:
  void StartSource() override;
  void Read();

  const LayerDirectory& directory_;
  runtime::DelayedTask next_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_NOTICES_BOARD_H_
