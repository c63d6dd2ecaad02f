// A fake ClockService for tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_CLOCK_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_CLOCK_H_

#include <grpcpp/grpcpp.h>

#include "citylayers/common/v1/clock_service.grpc.pb.h"

namespace citylayers::gateway {

/// A clock that stands still; WatchClock streams its state once.
class FakeClock final : public common::v1::ClockService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetClock(grpc::CallbackServerContext*,
                                     const common::v1::GetClockRequest*,
                                     common::v1::GetClockResponse*) override;
  grpc::ServerWriteReactor<common::v1::WatchClockResponse>* WatchClock(
      grpc::CallbackServerContext*, const common::v1::WatchClockRequest*) override;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_TESTS_SUPPORT_FAKE_CLOCK_H_
