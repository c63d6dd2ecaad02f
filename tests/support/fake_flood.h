// A fake FloodService for tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_FLOOD_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_FLOOD_H_

#include <grpcpp/grpcpp.h>

#include "citylayers/flood/v1/flood_service.grpc.pb.h"

namespace citylayers::gateway {

/// ExportDepth streams three parts; ListStages has the stage of one station.
class FakeFlood final : public flood::v1::FloodService::CallbackService {
 public:
  grpc::ServerWriteReactor<flood::v1::ExportDepthResponse>* ExportDepth(
      grpc::CallbackServerContext*, const flood::v1::ExportDepthRequest*) override;
  grpc::ServerUnaryReactor* ListStages(grpc::CallbackServerContext*,
                                       const flood::v1::ListStagesRequest*,
                                       flood::v1::ListStagesResponse*) override;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_TESTS_SUPPORT_FAKE_FLOOD_H_
