#include "tests/support/fake_clock.h"

#include "tests/support/scripted_reactors.h"

namespace citylayers::gateway {

grpc::ServerUnaryReactor* FakeClock::GetClock(grpc::CallbackServerContext* context,
                                              const common::v1::GetClockRequest*,
                                              common::v1::GetClockResponse* response) {
  response->mutable_clock()->set_scenario("tide");
  return Finish(context);
}

grpc::ServerWriteReactor<common::v1::WatchClockResponse>* FakeClock::WatchClock(
    grpc::CallbackServerContext*, const common::v1::WatchClockRequest*) {
  common::v1::WatchClockResponse response;
  response.mutable_clock()->set_scenario("tide");
  return new ScriptReactor<common::v1::WatchClockResponse>({response}, false);
}

}  // namespace citylayers::gateway
