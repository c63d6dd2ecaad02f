// A fake FloodService for tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_FLOOD_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_FLOOD_H_

#include <grpcpp/grpcpp.h>

#include "citylayers/flood/v1/flood_service.grpc.pb.h"
#include "tests/support/fake_watch.h"

namespace citylayers::gateway {

/// ExportDepth streams three parts; WatchStages begins with one station without a reading, and
/// sends what the test gives to `stages`.
class FakeFlood final : public flood::v1::FloodService::CallbackService {
 public:
  grpc::ServerWriteReactor<flood::v1::ExportDepthResponse>* ExportDepth(
      grpc::CallbackServerContext*, const flood::v1::ExportDepthRequest*) override;
  grpc::ServerWriteReactor<flood::v1::WatchStagesResponse>* WatchStages(
      grpc::CallbackServerContext*, const flood::v1::WatchStagesRequest*) override;

  FakeWatch<flood::v1::WatchStagesResponse> stages;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_TESTS_SUPPORT_FAKE_FLOOD_H_
