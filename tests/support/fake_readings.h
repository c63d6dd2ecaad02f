// A fake ReadingService for tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_READINGS_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_READINGS_H_

#include <grpcpp/grpcpp.h>

#include "citylayers/readings/v1/reading_service.grpc.pb.h"

namespace citylayers::gateway {

/// StreamReadings answers each batch at once.
class FakeReadings final : public readings::v1::ReadingService::CallbackService {
 public:
  grpc::ServerBidiReactor<readings::v1::StreamReadingsRequest,
                          readings::v1::StreamReadingsResponse>*
  StreamReadings(grpc::CallbackServerContext*) override;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_TESTS_SUPPORT_FAKE_READINGS_H_
