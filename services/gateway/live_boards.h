// The boards of a gateway and their sources.
#ifndef CITYLAYERS_SERVICES_GATEWAY_LIVE_BOARDS_H_
#define CITYLAYERS_SERVICES_GATEWAY_LIVE_BOARDS_H_

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "services/access/scope.h"
#include "services/gateway/backends.h"
#include "services/gateway/layer_directory.h"
#include "services/gateway/live_board.h"
#include "services/runtime/timer.h"

namespace citylayers::gateway {

class JamsFeed;

/// Boards: alerts, clock, stages and jams (each from one stream, which all viewers share), notices
/// (from the layer directory). Thread-safe.
class LiveBoards {
 public:
  struct Options {
    absl::Duration list_period;  // minimum time between two events of stages, and of jams
    absl::Duration retry_period;
    absl::Duration silence_max;
    absl::Duration linger;
  };
  /// A feed of one stream, and the position where it begins.
  struct Part {
    LiveBoard* board = nullptr;  // lives as long as the LiveBoards
    BoardCursor cursor;
    bool resumes = false;  // its position is part of an event's id
  };

  /// The references must outlive it. `city_time` is thread-safe.
  LiveBoards(Options options, const Backends& backends, const LayerDirectory& directory,
             runtime::Timer& timer, const std::function<absl::Time()>& city_time);
  /// REQUIRES: no stream uses a board.
  ~LiveBoards();

  /// The boards that a viewer's query requests, as far as this gateway has them. NOT_FOUND: it has
  /// none of the requested feeds.
  absl::StatusOr<std::vector<Part>> PartsOf(const LiveQuery& query, const access::ScopeSet& viewer);

  /// Ends the sources and waits for their calls. The boards must not be used afterwards.
  void End();

 private:
  LiveBoard* JamsBoardOf(int count);

  const Options options_;
  // Separate, because its thread makes the texts of the lists and writes them to all viewers.
  runtime::Timer list_timer_;
  std::unique_ptr<LiveBoard> alerts_;  // without names; nullptr: no backend has alerts
  std::unique_ptr<LiveBoard> operator_alerts_;
  std::unique_ptr<LiveBoard> clock_;
  std::unique_ptr<LiveBoard> stages_;
  std::unique_ptr<LiveBoard> notices_;
  std::unique_ptr<JamsFeed> jams_feed_;
  absl::Mutex mutex_;
  std::map<int, std::unique_ptr<LiveBoard>> jams_ ABSL_GUARDED_BY(mutex_);  // by number of jams
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LIVE_BOARDS_H_
