#include "services/gateway/moving_view.h"

#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include <google/protobuf/util/message_differencer.h>

#include "citylayers/layers/v1/layer_service.grpc.pb.h"

namespace citylayers::gateway {
namespace {

using google::protobuf::util::MessageDifferencer;
using layers::v1::View;
using layers::v1::WatchLayerRequest;
using layers::v1::WatchLayerResponse;

constexpr absl::Duration kMoveTimeout = absl::Seconds(5);

// A SetViewport call; lives until it is over.
struct Move {
  std::unique_ptr<layers::v1::LayerService::Stub> stub;
  grpc::ClientContext context;
  layers::v1::SetViewportRequest request;
  layers::v1::SetViewportResponse response;
};

View ViewOf(const WatchLayerRequest& request) {
  View view;
  if (request.has_viewport()) *view.mutable_viewport() = request.viewport();
  view.set_zoom(request.zoom());
  return view;
}

template <typename Request>
void SetView(const View& view, Request& request) {
  request.clear_viewport();
  if (view.has_viewport()) *request.mutable_viewport() = view.viewport();
  request.set_zoom(view.zoom());
}

}  // namespace

WatchLayerRequest MovingView::BeginCall(std::shared_ptr<grpc::Channel> channel,
                                        std::shared_ptr<grpc::ClientContext> context) {
  channel_ = std::move(channel);
  context_ = std::move(context);
  stream_id_.clear();
  WatchLayerRequest request = request_;
  if (wanted_.has_value()) {
    // Also without a state, so that the snapshot has the view.
    *request.mutable_resume()->mutable_view() = ViewOf(request_);
    SetView(*wanted_, request);
  }
  return request;
}

std::function<void()> MovingView::OnMessage(const WatchLayerResponse& response) {
  const View* answered = nullptr;
  layers::v1::ResumeToken& token = *request_.mutable_resume();
  if (response.has_snapshot()) {
    token.set_pack_id(response.snapshot().pack_id());
    *token.mutable_version() = response.snapshot().version();
    if (response.snapshot().has_view()) answered = &response.snapshot().view();
  } else if (response.has_delta()) {
    token.set_pack_id(response.delta().pack_id());
    *token.mutable_version() = response.delta().to();
    if (response.delta().has_view()) answered = &response.delta().view();
  } else if (response.heartbeat().has_version()) {
    // The next delta begins at the version of the last heartbeat, not of the last delta.
    *token.mutable_version() = response.heartbeat().version();
  }
  if (token.pack_id().empty()) request_.clear_resume();  // a heartbeat before the first state
  if (answered != nullptr) {
    const View view = *answered;
    SetView(view, request_);
    *request_.mutable_resume()->mutable_view() = view;
    if (wanted_.has_value() && MessageDifferencer::Equals(*wanted_, view)) wanted_.reset();
  }
  if (response.stream_id().empty()) return nullptr;
  stream_id_ = response.stream_id();
  return wanted_.has_value() ? Send() : nullptr;
}

std::function<void()> MovingView::MoveTo(const View& view) {
  if (!wanted_.has_value() && MessageDifferencer::Equals(view, ViewOf(request_))) return nullptr;
  wanted_ = view;
  return stream_id_.empty() ? nullptr : Send();
}

std::function<void()> MovingView::Send() {
  auto move = std::make_shared<Move>();
  move->request.set_name(request_.name());
  move->request.set_stream_id(stream_id_);
  SetView(*wanted_, move->request);
  return [move = std::move(move), channel = channel_, watch = context_] {
    move->stub = layers::v1::LayerService::NewStub(channel);
    move->context.set_deadline(absl::ToChronoTime(absl::Now() + kMoveTimeout));
    move->stub->async()->SetViewport(&move->context, &move->request, &move->response,
                                     [move, watch](const grpc::Status& status) {
                                       if (!status.ok()) watch->TryCancel();
                                     });
  };
}

}  // namespace citylayers::gateway
