// A board of one value. Private to the live handler.
#ifndef CITYLAYERS_SERVICES_GATEWAY_VALUE_BOARD_H_
#define CITYLAYERS_SERVICES_GATEWAY_VALUE_BOARD_H_

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "services/gateway/live_board.h"

namespace citylayers::gateway {

/// A board whose value is sent whole whenever it differs: each is the event that follows all
/// others.
class ValueBoard : public LiveBoard {
 public:
  ValueBoard(absl::Duration linger, std::string event)
      : LiveBoard({.log_max = 0, .linger = linger}, std::move(event)) {}

 protected:
  // Sends `value` to the viewers unless `comparable` is that of the last value.
  void Set(std::string value, std::string comparable) {
    bool first;
    bool same;
    {
      absl::MutexLock lock(&value_mutex_);
      first = !std::exchange(known_, true);
      same = !first && comparable == comparable_;
      if (!same) {
        value_ = std::move(value);
        comparable_ = std::move(comparable);
      }
    }
    if (same) return SetLost("");
    if (first) return Renew();
    Append("");
  }
  void Forget() {
    absl::MutexLock lock(&value_mutex_);
    known_ = false;
  }

 private:
  std::string MakeSnapshot() const override {
    absl::MutexLock lock(&value_mutex_);
    return value_;
  }

  mutable absl::Mutex value_mutex_;  // taken after the board's, never before
  bool known_ ABSL_GUARDED_BY(value_mutex_) = false;
  std::string value_ ABSL_GUARDED_BY(value_mutex_);
  std::string comparable_ ABSL_GUARDED_BY(value_mutex_);
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_VALUE_BOARD_H_
