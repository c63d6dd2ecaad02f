#include "services/gateway/jams_board.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "services/gateway/proto_json.h"

namespace citylayers::gateway {
namespace {

constexpr absl::Duration kCheckPeriod = absl::Seconds(1);

}  // namespace

JamsBoard::JamsBoard(int count, absl::Duration linger, JamsFeed& feed, runtime::Timer& timer)
    : ValueBoard(linger, "jams"), count_(count), feed_(feed), update_(timer), check_(timer) {}

void JamsBoard::End() {
  check_.Stop();
  update_.Stop();
  absl::MutexLock lock(&mutex_);
  if (subscription_ != 0) feed_.Unsubscribe(std::exchange(subscription_, 0));
}

void JamsBoard::StartSource() {
  Forget();
  // On the timer's thread, so that no older state can follow a newer one.
  const auto update_soon = [this] { update_.Set(absl::ZeroDuration(), [this] { Update(); }); };
  {
    // CheckViewers, which may have ended the source just now, has unsubscribed then.
    absl::MutexLock lock(&mutex_);
    subscription_ = feed_.Subscribe(update_soon);
  }
  update_soon();
  check_.Set(kCheckPeriod, [this] { CheckViewers(); });
}

void JamsBoard::CheckViewers() {
  absl::MutexLock lock(&mutex_);
  if (KeepGoing()) return check_.Set(kCheckPeriod, [this] { CheckViewers(); });
  feed_.Unsubscribe(std::exchange(subscription_, 0));
}

void JamsBoard::Update() {
  if (std::string lost = feed_.lost(); !lost.empty()) return SetLost(std::move(lost));
  const std::shared_ptr<const traffic::v1::ListJamsResponse> all = feed_.present();
  if (all == nullptr) return SetLost("");
  traffic::v1::ListJamsResponse first;
  for (int i = 0; i < std::min(count_, all->jams_size()); ++i) *first.add_jams() = all->jams(i);
  std::string comparable = ProtoJson(first);
  if (all->has_data_time()) *first.mutable_data_time() = all->data_time();
  Set(ProtoJson(first), std::move(comparable));
}

}  // namespace citylayers::gateway
