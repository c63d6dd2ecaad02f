#include "tests/support/fake_flood.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/scripted_reactors.h"

namespace citylayers::gateway {

grpc::ServerWriteReactor<flood::v1::WatchStagesResponse>* FakeFlood::WatchStages(
    grpc::CallbackServerContext*, const flood::v1::WatchStagesRequest*) {
  flood::v1::WatchStagesResponse response;
  response.set_snapshot(true);
  response.add_stages()->set_station("stations/phu-an");
  return stages.Open(response);
}

grpc::ServerWriteReactor<flood::v1::ExportDepthResponse>* FakeFlood::ExportDepth(
    grpc::CallbackServerContext*, const flood::v1::ExportDepthRequest*) {
  std::vector<flood::v1::ExportDepthResponse> parts(3);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i].set_data(std::string(1, static_cast<char>('a' + i)));
  }
  return new ScriptReactor<flood::v1::ExportDepthResponse>(std::move(parts), true);
}

}  // namespace citylayers::gateway
