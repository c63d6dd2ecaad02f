// The view of one WatchLayer call of a live stream, which its client may move.
#ifndef CITYLAYERS_SERVICES_GATEWAY_MOVING_VIEW_H_
#define CITYLAYERS_SERVICES_GATEWAY_MOVING_VIEW_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include "citylayers/layers/v1/layer_service.pb.h"

namespace citylayers::gateway {

/// The request of a layer's calls, one after the other, and what the client of the stream has. A
/// move is sent to the server of the present call by SetViewport; if that fails, the call is
/// cancelled, and the next one begins with the new view. Not thread-safe.
class MovingView {
 public:
  MovingView() = default;
  explicit MovingView(layers::v1::WatchLayerRequest request) : request_(std::move(request)) {}

  /// With the view and the position of the client's state.
  const layers::v1::WatchLayerRequest& request() const { return request_; }
  /// The position of the client's state, with its view once it has moved.
  const layers::v1::ResumeToken& position() const { return request_.resume(); }

  /// Begins a call: returns its request, in which the client's last move has been made.
  layers::v1::WatchLayerRequest BeginCall(std::shared_ptr<grpc::Channel> channel,
                                          std::shared_ptr<grpc::ClientContext> context);
  /// Records a message of the call, of which the client gets all. Returns what is to be run without
  /// locks; may be empty.
  std::function<void()> OnMessage(const layers::v1::WatchLayerResponse& response);
  /// Records where the client wants to be. Returns as above.
  std::function<void()> MoveTo(const layers::v1::View& view);

 private:
  std::function<void()> Send();

  layers::v1::WatchLayerRequest request_;
  std::optional<layers::v1::View> wanted_;  // until the server has answered it
  std::string stream_id_;                   // of the present call, once it is known
  std::shared_ptr<grpc::Channel> channel_;
  std::shared_ptr<grpc::ClientContext> context_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_MOVING_VIEW_H_
