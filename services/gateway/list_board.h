// A board of a list that a server stream keeps current. Private to the live handler.
#ifndef CITYLAYERS_SERVICES_GATEWAY_LIST_BOARD_H_
#define CITYLAYERS_SERVICES_GATEWAY_LIST_BOARD_H_

#include <algorithm>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "services/gateway/stream_board.h"
#include "services/runtime/monotonic_clock.h"

namespace citylayers::gateway {

/// Copies a list from a stream of its changes, and publishes it whole, at most once per period.
/// `Response` has the fields snapshot and more; an empty message is a heartbeat, after which the
/// list is published as well. `List` is empty when default constructed.
template <typename Base, typename Response, typename List>
class ListBoard : public StreamBoard<Base, Response> {
 public:
  void End() override {
    publish_.Stop();
    StreamBoard<Base, Response>::End();
  }

 protected:
  template <typename... Arguments>
  ListBoard(StreamBoardOptions options, absl::Duration period, runtime::Timer& timer,
            Arguments&&... arguments)
      : StreamBoard<Base, Response>(options, timer, std::forward<Arguments>(arguments)...),
        period_(period),
        publish_(timer) {}

  void OnStart() override {
    absl::MutexLock lock(&list_mutex_);
    has_list_ = is_complete_ = false;
  }
  // Applies a message. `list` is empty at a snapshot.
  virtual void Apply(const Response& response, List& list) const = 0;
  // Called on the timer's thread with a complete list.
  virtual void Publish(List list) = 0;

 private:
  void OnMessage(const Response& response) final {
    absl::Duration delay;
    {
      absl::MutexLock lock(&list_mutex_);
      if (response.snapshot()) list_ = List();
      has_list_ = has_list_ || response.snapshot();
      if (!has_list_) return;  // changes of an unknown list
      Apply(response, list_);
      is_complete_ = !response.more();
      if (!is_complete_ || std::exchange(is_due_, true)) return;
      delay = std::max(published_ + period_ - runtime::MonotonicNow(), absl::ZeroDuration());
    }
    publish_.Set(delay, [this] { PublishNow(); });
  }
  void PublishNow() {
    List list;
    {
      absl::MutexLock lock(&list_mutex_);
      is_due_ = false;
      if (!is_complete_) return;
      published_ = runtime::MonotonicNow();
      list = list_;
    }
    Publish(std::move(list));
  }
  std::string OnCallEnd(const grpc::Status& status) final {
    {
      absl::MutexLock lock(&list_mutex_);
      has_list_ = is_complete_ = false;
    }
    // The city does not have the list, which is not a failure.
    if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED ||
        status.error_code() == grpc::StatusCode::FAILED_PRECONDITION) {
      return "";
    }
    return StreamBoard<Base, Response>::OnCallEnd(status);
  }

  const absl::Duration period_;
  absl::Mutex list_mutex_;
  List list_ ABSL_GUARDED_BY(list_mutex_);
  bool has_list_ ABSL_GUARDED_BY(list_mutex_) = false;     // the call has begun a list
  bool is_complete_ ABSL_GUARDED_BY(list_mutex_) = false;  // no further message belongs to it
  bool is_due_ ABSL_GUARDED_BY(list_mutex_) = false;       // to be published
  absl::Time published_ ABSL_GUARDED_BY(list_mutex_) = absl::InfinitePast();
  runtime::DelayedTask publish_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LIST_BOARD_H_
