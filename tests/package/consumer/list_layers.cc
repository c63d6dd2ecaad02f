// Lists the layers of a server, then follows one until its snapshot has arrived.
//
//   list_layers HOST:PORT LAYER
//
// The environment variable CITYLAYERS_KEY has the API key; unset: none is sent.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "citylayers/client/call.h"
#include "citylayers/client/channel.h"
#include "citylayers/client/follow.h"
#include "citylayers/client/stop.h"
#include "citylayers/layers/v1/layer_service.grpc.pb.h"

namespace {

using citylayers::layers::v1::LayerService;
using citylayers::layers::v1::WatchLayerRequest;
using citylayers::layers::v1::WatchLayerResponse;

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "list_layers: %s\n", status.ToString().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return Fail(absl::InvalidArgumentError("usage: list_layers HOST:PORT LAYER"));
  const char* key = std::getenv("CITYLAYERS_KEY");
  const auto stub = LayerService::NewStub(
      citylayers::client::MakeChannel(argv[1], {.api_key = key != nullptr ? key : ""}));

  const auto layers = citylayers::client::Call(&LayerService::Stub::ListLayers, *stub, {},
                                               {.timeout = absl::Seconds(5), .tries_max = 5});
  if (!layers.ok()) return Fail(layers.status());
  for (const auto& layer : layers->layers()) std::printf("%s\n", layer.name().c_str());

  WatchLayerRequest request;
  request.set_name(argv[2]);
  bool snapshot = false;
  citylayers::client::ManualStop stop;
  const absl::Status followed = citylayers::client::Follow(
      stop, [&](grpc::ClientContext& context) { return stub->WatchLayer(&context, request); },
      [&](const WatchLayerResponse& response) {
        snapshot = snapshot || response.has_snapshot();
        return !snapshot;
      });
  if (!followed.ok()) return Fail(followed);
  if (!snapshot) return Fail(absl::NotFoundError("the stream ended without a snapshot"));
  std::printf("snapshot of %s\n", argv[2]);
  return 0;
}
