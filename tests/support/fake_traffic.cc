#include "tests/support/fake_traffic.h"

#include <utility>

#include "base/strings.h"
#include "tests/support/scripted_reactors.h"

namespace citylayers::gateway {

void FakeTraffic::SetJam(std::string id) {
  absl::MutexLock lock(&mutex_);
  jam_ = std::move(id);
}

grpc::ServerUnaryReactor* FakeTraffic::ListJams(grpc::CallbackServerContext* context,
                                                const traffic::v1::ListJamsRequest*,
                                                traffic::v1::ListJamsResponse* response) {
  response->mutable_data_time()->set_seconds(1'700'000'000 + ++calls_);
  absl::MutexLock lock(&mutex_);
  if (jam_.empty()) {
    return Finish(context, grpc::Status(grpc::StatusCode::UNAVAILABLE, "no jams today"));
  }
  response->add_jams()->set_name(StrCat("jams/", jam_));
  return Finish(context);
}

}  // namespace citylayers::gateway
