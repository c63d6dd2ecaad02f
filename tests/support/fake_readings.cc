#include "tests/support/fake_readings.h"

namespace citylayers::gateway {
namespace {

class EchoReactor final : public grpc::ServerBidiReactor<readings::v1::StreamReadingsRequest,
                                                         readings::v1::StreamReadingsResponse> {
 public:
  EchoReactor() { StartRead(&request_); }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    response_.set_sequence(request_.sequence());
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (ok) StartRead(&request_);
  }
  void OnDone() override { delete this; }

  readings::v1::StreamReadingsRequest request_;
  readings::v1::StreamReadingsResponse response_;
};

}  // namespace

grpc::ServerBidiReactor<readings::v1::StreamReadingsRequest, readings::v1::StreamReadingsResponse>*
FakeReadings::StreamReadings(grpc::CallbackServerContext*) {
  return new EchoReactor;
}

}  // namespace citylayers::gateway
