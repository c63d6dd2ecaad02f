#include "services/runtime/rpc/write_watch.h"

#include <utility>

namespace citylayers::runtime {

std::shared_ptr<WriteWatch> WriteWatch::Start(Options options, Timer& timer,
                                              std::function<void()> on_cut) {
  return std::shared_ptr<WriteWatch>(new WriteWatch(std::move(options), timer, std::move(on_cut)));
}

WriteWatch::WriteWatch(Options options, Timer& timer, std::function<void()> on_cut)
    : options_(std::move(options)), on_cut_(std::move(on_cut)), sweep_(timer) {
  SweepLater();
}

void WriteWatch::SweepLater() {
  sweep_.Set(options_.sweep_every, [this] {
    Sweep(clock_.Now());
    SweepLater();
  });
}

void WriteWatch::Sweep(absl::Time now) {
  const bool pressed = options_.streams != nullptr && options_.streams->IsUnderPressure();
  const absl::Duration timeout =
      pressed ? std::min(options_.timeout, options_.timeout_under_pressure) : options_.timeout;
  absl::MutexLock lock(&mutex_);
  for (Write::Entry& write : writes_) {
    if (now - write.since < timeout) break;
    if (std::exchange(write.cut, true)) continue;
    // Under the lock, so that no cancel runs after End() returns. Cancelling a
    // gRPC call only queues.
    write.cancel();
    on_cut_();
  }
}

void WriteWatch::Write::Begin(std::shared_ptr<WriteWatch> watch, std::function<void()> cancel) {
  if (watch == nullptr) return;
  watch_ = std::move(watch);
  const absl::Time now = watch_->clock_.Now();
  absl::MutexLock lock(&watch_->mutex_);
  entry_ = watch_->writes_.insert(watch_->writes_.end(), Entry{std::move(cancel), now});
}

bool WriteWatch::Write::End() {
  if (watch_ == nullptr) return false;
  const std::shared_ptr<WriteWatch> watch = std::exchange(watch_, nullptr);
  absl::MutexLock lock(&watch->mutex_);
  const bool cut = entry_->cut;
  watch->writes_.erase(entry_);
  return cut;
}

}  // namespace citylayers::runtime
