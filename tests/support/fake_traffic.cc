#include "tests/support/fake_traffic.h"

#include <utility>

#include "base/strings.h"
#include "tests/support/scripted_reactors.h"

namespace citylayers::gateway {

traffic::v1::WatchJamsResponse FakeTraffic::Snapshot() {
  traffic::v1::WatchJamsResponse response;
  response.set_snapshot(true);
  response.add_jams()->set_name(StrCat("jams/", jam_));
  response.mutable_data_time()->set_seconds(++time_s_);
  return response;
}

grpc::ServerWriteReactor<traffic::v1::WatchJamsResponse>* FakeTraffic::WatchJams(
    grpc::CallbackServerContext*, const traffic::v1::WatchJamsRequest*) {
  absl::MutexLock lock(&mutex_);
  if (jam_.empty()) {
    return new RefusedReactor<traffic::v1::WatchJamsResponse>(
        absl::UnavailableError("no jams today"));
  }
  return jams.Open(Snapshot());
}

void FakeTraffic::SetJam(std::string id) {
  absl::MutexLock lock(&mutex_);
  jam_ = std::move(id);
  if (jam_.empty()) return jams.End({grpc::StatusCode::UNAVAILABLE, "no jams today"});
  jams.Send(Snapshot());
}

}  // namespace citylayers::gateway
