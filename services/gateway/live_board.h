// City-wide feeds, each asked once for all the streams that show it.
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
#include "services/runtime/timer.h"

namespace citylayers::gateway {

/// One feed as all its viewers see it: a log of events, and a snapshot for viewers whose place is
/// no longer in the log. A source works while there are viewers, and for `linger` after the last
/// one left, so that a viewer whose connection broke finds its place again. Thread-safe; listeners
/// run without locks held.
class LiveBoard : public std::enable_shared_from_this<LiveBoard> {
 public:
  struct Options {
    std::size_t log_max = 256;  // events kept; beyond, a viewer gets the snapshot
    absl::Duration linger = absl::Seconds(30);
  };
  LiveBoard(Options options, std::string event, runtime::Timer& timer);
  virtual ~LiveBoard() = default;

  /// `listener` is called after each change. The first viewer starts the source.
  std::uint64_t Subscribe(std::function<void()> listener);
  void Unsubscribe(std::uint64_t id);

  /// Data of the events that follow `cursor`, which moves on; empty: nothing new. A cursor of
  /// another epoch, or from before the log, gets the snapshot.
  std::vector<std::shared_ptr<const std::string>> After(BoardCursor& cursor);
  /// "" while the source works; else why not.
  std::string lost() const;
  /// Name of the event, which is the feed's name.
  const std::string& event() const { return event_; }

  /// Ends the source and waits for its calls.
  virtual void End() = 0;

 protected:
  // For sources.
  /// Begins work; called without locks when the first viewer comes.
  virtual void StartSource() = 0;
  /// Whether the source has work: false once nobody has looked for `linger`; it must not go on then
  /// and StartSource is called again for the next viewer.
  bool KeepGoing();
  /// Everything is new (another epoch): all viewers get a snapshot.
  void Renew();
  /// A change, which the snapshot includes by now. Applying it twice must do no harm.
  void Append(std::string change);
  /// The data of an event that tells everything. Called with a lock held, only when it is needed.
  virtual std::string MakeSnapshot() const = 0;
  void SetLost(std::string reason);
  runtime::Timer& timer() { return timer_; }

 private:
  void Tell();

  const Options options_;
  const std::string event_;
  runtime::Timer& timer_;
  mutable absl::Mutex mutex_;
  std::map<std::uint64_t, std::function<void()>> listeners_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t next_listener_ ABSL_GUARDED_BY(mutex_) = 1;
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time empty_since_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  std::uint64_t epoch_ ABSL_GUARDED_BY(mutex_) = 0;  // 0: nothing known
  std::uint64_t number_ ABSL_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<const std::string> snapshot_ ABSL_GUARDED_BY(mutex_);  // nullptr: to be made
  std::deque<std::shared_ptr<const std::string>> log_ ABSL_GUARDED_BY(mutex_);  // up to number_
  std::string lost_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LIVE_BOARD_H_
