// Fake flood and traffic services for tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_CITY_SERVICES_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_CITY_SERVICES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include <grpcpp/grpcpp.h>

#include "citylayers/flood/v1/flood_service.grpc.pb.h"
#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"
#include "proto/support/proto_time.h"

namespace citylayers::alerts {

// Services that return the content set by a test, in pages of two.
class FakeFlood final : public flood::v1::FloodService::Service {
 public:
  grpc::Status ListStages(grpc::ServerContext*, const flood::v1::ListStagesRequest*,
                          flood::v1::ListStagesResponse* response) override {
    *response = stages;
    return status;
  }
  grpc::Status ListFloodedSegments(grpc::ServerContext*,
                                   const flood::v1::ListFloodedSegmentsRequest* request,
                                   flood::v1::ListFloodedSegmentsResponse* response) override {
    int at = request->page_token().empty() ? 0 : std::stoi(request->page_token());
    for (int i = 0; i < 2 && at < static_cast<int>(segments.size()); ++i) {
      *response->add_segments() = segments[at++];
    }
    if (at < static_cast<int>(segments.size())) response->set_next_page_token(absl::StrCat(at));
    *response->mutable_data_time() = ToProtoTime(data_time);
    return status.ok() ? segments_status : status;
  }
  grpc::Status status;
  grpc::Status segments_status;
  absl::Time data_time = absl::FromUnixSeconds(1'762'425'000);
  flood::v1::ListStagesResponse stages;
  std::vector<flood::v1::FloodedSegment> segments;
};

class FakeTraffic final : public traffic::v1::TrafficService::Service {
 public:
  grpc::Status ListJams(grpc::ServerContext*, const traffic::v1::ListJamsRequest*,
                        traffic::v1::ListJamsResponse* response) override {
    *response = jams;
    return grpc::Status::OK;
  }
  traffic::v1::ListJamsResponse jams;
};

// Both services in a server of this process.
class FakeCityServices {
 public:
  FakeCityServices() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&flood);
    builder.RegisterService(&traffic);
    server_ = builder.BuildAndStart();
  }
  ~FakeCityServices() { server_->Shutdown(); }

  std::shared_ptr<grpc::Channel> channel() { return server_->InProcessChannel({}); }

  FakeFlood flood;
  FakeTraffic traffic;

 private:
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_TESTS_SUPPORT_FAKE_CITY_SERVICES_H_
