// A watcher of the keys of a city.
#ifndef CITYLAYERS_SERVICES_KEYS_KEY_RING_WATCH_H_
#define CITYLAYERS_SERVICES_KEYS_KEY_RING_WATCH_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/keys/key_book.h"
#include "services/runtime/rpc/stream_source.h"

namespace citylayers::keys {

/// Sends all keys at the start and after every change; a slow reader skips states between. `book`
/// must outlive it.
class KeyRingWatch final : public runtime::StreamSource<v1::WatchKeyRingResponse> {
 public:
  static constexpr absl::Duration kWaitMax = absl::Seconds(10);

  explicit KeyRingWatch(KeyBook& book)
      : book_(book), listener_(book.AddListener([changed = changed_, waker = waker()](const auto&) {
          changed->store(true);
          waker->Wake();
        })) {}
  ~KeyRingWatch() override { book_.RemoveListener(listener_); }

  absl::StatusOr<runtime::StreamStep> Next(v1::WatchKeyRingResponse* response) override {
    if (!changed_->exchange(false)) return runtime::StreamStep::Wait(kWaitMax);
    *response->mutable_ring() = book_.Snapshot();
    return runtime::StreamStep::Message();
  }

 private:
  KeyBook& book_;
  // Shared with the listener, which may run while this object is being destroyed.
  const std::shared_ptr<std::atomic<bool>> changed_ = std::make_shared<std::atomic<bool>>(true);
  const std::uint64_t listener_;
};

}  // namespace citylayers::keys

#endif  // CITYLAYERS_SERVICES_KEYS_KEY_RING_WATCH_H_
