// City-wide feeds, each read once for all the streams that carry it.
#ifndef CITYLAYERS_SERVICES_GATEWAY_LIVE_BOARD_H_
#define CITYLAYERS_SERVICES_GATEWAY_LIVE_BOARD_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "services/gateway/live_query.h"

namespace citylayers::gateway {

/// One feed, shared by all its viewers: a log of events, and a snapshot for viewers whose position
/// has left the log. A source works while there are viewers, and for `linger` after the last viewer
/// left, so that a viewer whose connection broke can resume. Thread-safe; listeners run without
/// locks held; a call of one may last beyond its Unsubscribe.
class LiveBoard {
 public:
  struct Options {
    std::size_t log_max = 256;  // events kept; a viewer further behind receives the snapshot
    absl::Duration linger = absl::Seconds(30);
  };
  LiveBoard(Options options, std::string event);
  virtual ~LiveBoard() = default;
  LiveBoard(const LiveBoard&) = delete;
  LiveBoard& operator=(const LiveBoard&) = delete;

  /// `listener` is called after each change. The first viewer starts the source.
  std::uint64_t Subscribe(std::function<void()> listener);
  void Unsubscribe(std::uint64_t id);

  /// Data of the events after `cursor`, which is advanced; empty: there are none. A cursor of
  /// another epoch, or from before the log, receives the snapshot.
  std::vector<std::shared_ptr<const std::string>> After(BoardCursor& cursor);
  /// "" while the source works; else the reason why it does not.
  std::string lost() const;
  /// Name of the event, which is the name of the feed.
  const std::string& event() const { return event_; }

  /// Ends the source and waits for its calls.
  virtual void End() = 0;

 protected:
  // For sources.
  /// Starts the source; called without locks when the first viewer subscribes.
  virtual void StartSource() = 0;
  /// Whether the source has work: false once there has been no viewer for `linger`. The source must
  /// then stop; StartSource is called again for the next viewer.
  bool KeepGoing();
  /// Begins a new epoch: all viewers receive a snapshot.
  void Renew();
  /// Adds a change, which the snapshot must already include. Applying it twice must do no harm.
  void Append(std::string change);
  /// The data of an event with the whole state. Called with a lock held, only when needed.
  virtual std::string MakeSnapshot() const = 0;
  void SetLost(std::string reason);

 private:
  void NotifyListeners();

  const Options options_;
  const std::string event_;
  mutable absl::Mutex mutex_;
  std::map<std::uint64_t, std::function<void()>> listeners_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t next_listener_ ABSL_GUARDED_BY(mutex_) = 1;
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time empty_since_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  std::uint64_t epoch_ ABSL_GUARDED_BY(mutex_) = 0;  // 0: no state yet
  std::uint64_t number_ ABSL_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<const std::string> snapshot_ ABSL_GUARDED_BY(mutex_);  // nullptr: to be created
  std::deque<std::shared_ptr<const std::string>> log_ ABSL_GUARDED_BY(mutex_);  // ends at number_
  std::string lost_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LIVE_BOARD_H_
