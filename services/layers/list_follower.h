// The client's side of a stream of list changes (ListSource).
#ifndef CITYLAYERS_SERVICES_LAYERS_LIST_FOLLOWER_H_
#define CITYLAYERS_SERVICES_LAYERS_LIST_FOLLOWER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include "base/clock.h"
#include "services/runtime/rpc/watch_thread.h"

namespace citylayers::layers {

struct ListFollowerOptions {
  std::size_t rows_max = 100'000;  ///< A longer list counts as unavailable.
  /// A stream without a message for this long counts as broken, and is opened again.
  absl::Duration silence_max = absl::Seconds(10);
};

/// Keeps the state of a list from a stream whose messages have `snapshot` and `more` (see
/// ListSource). Readers see complete states only. `State` is copyable, empty when default
/// constructed, and has size(), the number of its rows. Thread-safe. The destructor ends the
/// stream.
template <typename Response, typename State>
class ListFollower {
 public:
  using Open = std::function<std::unique_ptr<grpc::ClientReader<Response>>(grpc::ClientContext&)>;
  /// Applies a message. `state` is empty at a snapshot.
  using Apply = std::function<void(const Response&, State& state)>;

  struct Callbacks {
    std::function<void()> on_change;    ///< After each new state, and when the stream breaks.
    std::function<void()> on_too_long;  ///< When a list is longer than `rows_max`.
  };

  /// `what` names the stream in the log: "alerts follow stages". `machine_clock` must outlive this:
  /// a monotonic clock.
  ListFollower(std::string what, Open open, Apply apply, ListFollowerOptions options,
               Callbacks callbacks, const Clock& machine_clock)
      : apply_(std::move(apply)),
        options_(options),
        callbacks_(std::move(callbacks)),
        machine_clock_(machine_clock),
        message_time_(machine_clock.Now()) {
    thread_ = std::make_unique<runtime::WatchThread>(
        std::move(what), std::move(open), [this](const Response& message) { OnMessage(message); },
        [this](const grpc::Status& status) { OnEnd(status); });
  }

  /// True until the first state, for at most `silence_max`.
  bool is_waiting() const {
    absl::MutexLock lock(&mutex_);
    return IsWaiting();
  }

  /// OK when `read` was called with the present state, which it may change, under the lock.
  /// UNAVAILABLE: there is no present state, with the reason. RESOURCE_EXHAUSTED: `rows_max`.
  template <typename Read>
  absl::Status With(Read read) {
    {
      absl::MutexLock lock(&mutex_);
      if (!IsSilent()) {
        if (status_.ok()) read(state_);
        return status_;
      }
      is_first_ = false;
      if (!absl::IsResourceExhausted(status_)) {
        status_ = absl::UnavailableError(
            absl::StrCat("no message for ", absl::FormatDuration(options_.silence_max)));
      }
      message_time_ = machine_clock_.Now();
    }
    thread_->Reopen();
    absl::MutexLock lock(&mutex_);
    return status_;
  }

 private:
  bool IsSilent() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return machine_clock_.Now() - message_time_ > options_.silence_max;
  }
  bool IsWaiting() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return is_first_ && !IsSilent(); }

  void DropState() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    state_ = State();
    next_.reset();
    has_list_ = false;
    is_first_ = false;
  }

  void OnMessage(const Response& message) {
    {
      absl::MutexLock lock(&mutex_);
      // Changes of an unknown list have no meaning: the stream counts as silent, and is opened
      // again.
      has_list_ = has_list_ || message.snapshot();
      if (!has_list_) return;
      message_time_ = machine_clock_.Now();
      // A state that is not complete yet is kept apart from the one that readers see.
      if (message.snapshot()) {
        next_.emplace();
      } else if (message.more() && !next_.has_value()) {
        next_ = state_;
      }
      State& state = next_.has_value() ? *next_ : state_;
      apply_(message, state);
      if (state.size() > options_.rows_max) {
        DropState();
        status_ = absl::ResourceExhaustedError(
            absl::StrCat("the list has more than ", options_.rows_max, " rows"));
        if (callbacks_.on_too_long) callbacks_.on_too_long();
      } else if (message.more()) {
        return;
      } else {
        if (next_.has_value()) state_ = *std::exchange(next_, std::nullopt);
        is_first_ = false;
        status_ = absl::OkStatus();
      }
    }
    if (callbacks_.on_change) callbacks_.on_change();
  }

  void OnEnd(const grpc::Status& status) {
    {
      absl::MutexLock lock(&mutex_);
      DropState();
      message_time_ = machine_clock_.Now();
      // A stream that was ended from here has its reason already.
      if (status_.ok() || status.error_code() != grpc::StatusCode::CANCELLED) {
        status_ = absl::UnavailableError(status.ok() ? "the stream ended" : status.error_message());
      }
    }
    if (callbacks_.on_change) callbacks_.on_change();
  }

  const Apply apply_;
  const ListFollowerOptions options_;
  const Callbacks callbacks_;
  const Clock& machine_clock_;

  mutable absl::Mutex mutex_;
  bool is_first_ ABSL_GUARDED_BY(mutex_) = true;   // before the first state or failure
  bool has_list_ ABSL_GUARDED_BY(mutex_) = false;  // the stream has begun a list
  absl::Status status_ ABSL_GUARDED_BY(mutex_) = absl::UnavailableError("no answer yet");
  State state_ ABSL_GUARDED_BY(mutex_);
  std::optional<State> next_ ABSL_GUARDED_BY(mutex_);  // a state whose messages are not all there
  absl::Time message_time_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<runtime::WatchThread> thread_;  // last: it uses the others
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_LIST_FOLLOWER_H_
