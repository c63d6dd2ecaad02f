// The boards of a gateway and their sources.
#ifndef CITYLAYERS_SERVICES_GATEWAY_LIVE_BOARDS_H_
#define CITYLAYERS_SERVICES_GATEWAY_LIVE_BOARDS_H_

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "services/gateway/backends.h"
#include "services/gateway/layer_directory.h"
#include "services/gateway/live_board.h"
#include "services/runtime/timer.h"

namespace citylayers::gateway {

/// Filter of the alerts that a viewer receives by default.
inline constexpr std::string_view kStandingAlerts = "state != RESOLVED";

/// Boards: alerts (from WatchAlerts), clock (from WatchClock), stages and jams (listed when their
/// layer has changed, at most once per `poll_period`), notices (from the layer directory).
/// Thread-safe.
class LiveBoards {
 public:
  struct Options {
    absl::Duration poll_period;
    absl::Duration retry_period;
    absl::Duration linger;
  };
  /// A feed of one stream, and the position where it begins.
  struct Part {
    std::shared_ptr<LiveBoard> board;
    BoardCursor cursor;
    bool resumes = false;  // its position is part of an event's id
  };

  /// The references must outlive it.
  LiveBoards(Options options, const Backends& backends, const LayerDirectory& directory,
             runtime::Timer& timer);
  ~LiveBoards();

  /// The boards that a query requests, as far as this gateway has them. NOT_FOUND: it has none of
  /// the requested feeds.
  absl::StatusOr<std::vector<Part>> PartsOf(const LiveQuery& query);

  /// Ends the sources and waits for their calls. The boards must not be used afterwards.
  void End();

 private:
  std::shared_ptr<LiveBoard> JamsBoard(int count);

  const Options options_;
  const Backends& backends_;
  const LayerDirectory& directory_;
  runtime::Timer& timer_;
  std::shared_ptr<LiveBoard> alerts_;  // nullptr: no backend has alerts
  std::shared_ptr<LiveBoard> clock_;
  std::shared_ptr<LiveBoard> stages_;
  std::shared_ptr<LiveBoard> notices_;
  absl::Mutex mutex_;
  std::map<int, std::shared_ptr<LiveBoard>> jams_
      ABSL_GUARDED_BY(mutex_);  // by maximum number of jams
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LIVE_BOARDS_H_
