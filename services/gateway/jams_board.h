// The first jams of the city, for all pages that ask for this number. Private to the live handler.
#ifndef CITYLAYERS_SERVICES_GATEWAY_JAMS_BOARD_H_
#define CITYLAYERS_SERVICES_GATEWAY_JAMS_BOARD_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "services/gateway/jams_feed.h"
#include "services/gateway/value_board.h"
#include "services/runtime/delayed_task.h"

namespace citylayers::gateway {

/// The first `count` jams of a JamsFeed. Events: a ListJamsResponse as JSON; jams that are the same
/// are not an event, even when their data time is newer.
class JamsBoard final : public ValueBoard {
 public:
  /// The references must outlive it.
  JamsBoard(int count, absl::Duration linger, JamsFeed& feed, runtime::Timer& timer);

  void End() override;

 private:
  void StartSource() override;
  void CheckViewers();
  void Update();

  const int count_;
  JamsFeed& feed_;
  absl::Mutex mutex_;
  std::uint64_t subscription_ ABSL_GUARDED_BY(mutex_) = 0;  // 0: none
  runtime::DelayedTask update_;
  runtime::DelayedTask check_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_JAMS_BOARD_H_
