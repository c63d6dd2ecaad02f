#include "services/gateway/metered_answer.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "services/runtime/monotonic_clock.h"

namespace citylayers::gateway {
namespace {

using access::CallerAccount;
using runtime::HttpResponse;
using runtime::MonotonicClock;
using runtime::StreamWriter;

// A stream that is closed meanwhile is noticed within this time.
constexpr absl::Duration kPauseSlice = absl::Milliseconds(250);

class MeteredStream final : public StreamWriter,
                            public std::enable_shared_from_this<MeteredStream> {
 public:
  MeteredStream(std::shared_ptr<StreamWriter> stream, std::shared_ptr<CallerAccount> account,
                std::shared_ptr<access::StreamPlace> place, runtime::Timer& timer)
      : stream_(std::move(stream)),
        account_(std::move(account)),
        place_(std::move(place)),
        timer_(timer) {}

  using StreamWriter::Write;
  bool Write(std::shared_ptr<const std::string> bytes) override {
    const std::size_t size = bytes->size();
    if (!stream_->Write(std::move(bytes))) return false;
    account_->ChargeBytes(static_cast<double>(size), MonotonicClock().Now());
    return true;
  }
  void Close() override { stream_->Close(); }
  // Owed bytes count as unread ones: a writer that looks before it writes waits as well.
  std::size_t pending_bytes() const override {
    return Pause() > absl::ZeroDuration() ? std::numeric_limits<std::size_t>::max()
                                          : stream_->pending_bytes();
  }
  bool closed() const override { return stream_->closed(); }
  void NotifyWritable(std::size_t pending_bytes_max, std::function<void()> callback) override {
    {
      absl::MutexLock lock(&mutex_);
      pending_bytes_max_ = pending_bytes_max;
      on_writable_ = std::move(callback);
      if (std::exchange(is_waiting_, true)) return;
    }
    NotifyWhenPaid();
  }
  void NotifyClosed(std::function<void()> callback) override {
    stream_->NotifyClosed([place = place_, callback = std::move(callback)] {
      *place = access::StreamPlace();
      callback();
    });
  }

 private:
  absl::Duration Pause() const { return account_->BytesWait(MonotonicClock().Now()); }

  void NotifyWhenPaid() {
    const absl::Duration pause = Pause();
    if (pause > absl::ZeroDuration() && !stream_->closed()) {
      timer_.After(std::min(pause, kPauseSlice),
                   [self = shared_from_this()] { self->NotifyWhenPaid(); });
      return;
    }
    std::function<void()> callback;
    std::size_t pending_bytes_max = 0;
    {
      absl::MutexLock lock(&mutex_);
      is_waiting_ = false;
      callback = std::exchange(on_writable_, nullptr);
      pending_bytes_max = pending_bytes_max_;
    }
    stream_->NotifyWritable(pending_bytes_max, std::move(callback));
  }

  const std::shared_ptr<StreamWriter> stream_;
  const std::shared_ptr<CallerAccount> account_;
  // Shared with the callback at the stream's end, which may come long before this is destroyed.
  const std::shared_ptr<access::StreamPlace> place_;
  runtime::Timer& timer_;
  absl::Mutex mutex_;
  bool is_waiting_ ABSL_GUARDED_BY(mutex_) = false;  // until the account owes nothing
  std::size_t pending_bytes_max_ ABSL_GUARDED_BY(mutex_) = 0;
  std::function<void()> on_writable_ ABSL_GUARDED_BY(mutex_);
};

class MeteredTarget final : public runtime::ResponderTarget {
 public:
  MeteredTarget(runtime::Responder responder, std::shared_ptr<CallerAccount> account,
                access::StreamPlace place, runtime::Timer& timer)
      : responder_(std::move(responder)),
        account_(std::move(account)),
        place_(std::make_shared<access::StreamPlace>(std::move(place))),
        timer_(timer) {}

  void Answer(HttpResponse response) override {
    const std::size_t size = response.body == nullptr ? 0 : response.body->size();
    account_->ChargeBytes(static_cast<double>(size), MonotonicClock().Now());
    responder_.Send(std::move(response));
  }
  std::shared_ptr<StreamWriter> AnswerStream(HttpResponse head) override {
    return std::make_shared<MeteredStream>(responder_.Stream(std::move(head)), account_,
                                           std::exchange(place_, nullptr), timer_);
  }

 private:
  runtime::Responder responder_;
  const std::shared_ptr<CallerAccount> account_;
  std::shared_ptr<access::StreamPlace> place_;
  runtime::Timer& timer_;
};

}  // namespace

runtime::Responder Metered(runtime::Responder responder, std::shared_ptr<CallerAccount> account,
                           access::StreamPlace place, runtime::Timer& timer) {
  return runtime::Responder(std::make_shared<MeteredTarget>(
      std::move(responder), std::move(account), std::move(place), timer));
}

}  // namespace citylayers::gateway
