#include "tests/phones/phone.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <google/protobuf/util/message_differencer.h>

#include "base/strings.h"
#include "citylayers/client/call.h"
#include "citylayers/client/follow.h"

namespace citylayers::phones {
namespace {

using google::protobuf::util::MessageDifferencer;
using layers::v1::LayerService;
using layers::v1::View;

absl::Time MonotonicNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

template <typename Request>
void SetView(const View& view, Request& request) {
  if (view.has_viewport()) *request.mutable_viewport() = view.viewport();
  request.set_zoom(view.zoom());
}

}  // namespace

Phone::Phone(std::shared_ptr<grpc::Channel> channel, Options options, View view)
    : stub_(LayerService::NewStub(std::move(channel))),
      options_(std::move(options)),
      view_(view),
      state_(std::move(view)),
      last_message_(MonotonicNow()) {
  thread_ = std::thread([this] { Run(); });
}

Phone::~Phone() {
  stop_.Request();
  thread_.join();
}

void Phone::MoveTo(const View& view) {
  {
    absl::MutexLock lock(&mutex_);
    view_ = view;
  }
  SendMove();
}

// A move that does not arrive is made by the next WatchLayer, whose request has the view.
void Phone::SendMove() {
  struct Move {
    grpc::ClientContext context;
    layers::v1::SetViewportRequest request;
    layers::v1::SetViewportResponse response;
  };
  auto move = std::make_shared<Move>();
  {
    absl::MutexLock lock(&mutex_);
    if (stream_id_.empty()) return;
    move->request.set_name(options_.layer);
    move->request.set_stream_id(stream_id_);
    SetView(view_, move->request);
  }
  move->context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
  stub_->async()->SetViewport(&move->context, &move->request, &move->response,
                              [move](const grpc::Status&) {});
}

layers::v1::WatchLayerRequest Phone::NextRequest() {
  layers::v1::WatchLayerRequest request;
  request.set_name(options_.layer);
  request.set_tick_ms(options_.tick_ms);
  request.set_heartbeat_ms(options_.heartbeat_ms);
  absl::MutexLock lock(&mutex_);
  ++counts_.streams;
  stream_id_.clear();
  SetView(view_, request);
  if (state_.resume().has_value()) {
    *request.mutable_resume() = *state_.resume();
  } else {
    state_ = client::LayerState(view_);  // the view that is requested
  }
  return request;
}

bool Phone::OnMessage(const layers::v1::WatchLayerResponse& response) {
  bool move_again = false;
  {
    absl::MutexLock lock(&mutex_);
    const absl::Time now = MonotonicNow();
    counts_.silence_max = std::max(counts_.silence_max, now - last_message_);
    last_message_ = now;
    if (response.has_snapshot()) ++counts_.snapshots;
    if (!state_.Apply(response).ok()) {
      ++counts_.gaps;
      state_ = client::LayerState(view_);
      return false;
    }
    if (!response.stream_id().empty()) stream_id_ = response.stream_id();
    // The view may have been moved while the call was being made, or a move may have been lost.
    const bool may_be_lost = !response.stream_id().empty() || response.has_heartbeat();
    move_again = may_be_lost && state_.resume().has_value() &&
                 !MessageDifferencer::Equals(state_.resume()->view(), view_);
  }
  if (move_again) SendMove();
  return true;
}

void Phone::Run() {
  while (!stop_.stopped()) {
    layers::v1::WatchLayerRequest request;
    (void)client::Follow(
        stop_,
        [&](grpc::ClientContext& context) {
          request = NextRequest();
          return stub_->WatchLayer(&context, request);
        },
        [this](const layers::v1::WatchLayerResponse& response) { return OnMessage(response); });
    // An error before the first message, or a state that was dropped.
    if (!stop_.Sleep(absl::Milliseconds(250))) return;
  }
}

Phone::Counts Phone::counts() const {
  absl::MutexLock lock(&mutex_);
  Counts counts = counts_;
  counts.silence_max = std::max(counts.silence_max, MonotonicNow() - last_message_);
  return counts;
}

std::optional<client::LayerState> Phone::WaitFor(const layers::v1::LayerVersion& version,
                                                 const View& view, absl::Duration limit) {
  absl::MutexLock lock(&mutex_);
  const auto arrived = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const auto& token = state_.resume();
    return token.has_value() && token->version().epoch() == version.epoch() &&
           token->version().counter() >= version.counter() &&
           MessageDifferencer::Equals(token->view(), view);
  };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&arrived), limit)) return std::nullopt;
  return state_;
}

absl::StatusOr<layers::v1::GetChangesResponse> FreshSnapshot(LayerService::Stub& stub,
                                                             const std::string& layer,
                                                             const View& view) {
  layers::v1::GetChangesRequest request;
  request.set_name(layer);
  SetView(view, request);
  return client::Call(&LayerService::Stub::GetChanges, stub, request, {.tries_max = 3});
}

std::string Difference(const client::LayerState& state, const layers::v1::Snapshot& fresh,
                       const std::vector<std::uint32_t>& in_view, std::int32_t default_value) {
  client::LayerState expected;
  if (absl::Status status = expected.Apply(fresh); !status.ok())
    return std::string(status.message());
  for (const auto& [sub_layer, rows] : expected.rows()) {
    const auto held = state.rows().find(sub_layer);
    if (held == state.rows().end()) return StrCat("no rows of ", sub_layer);
    for (const auto& [id, row] : rows) {
      const auto found = held->second.find(id);
      if (found == held->second.end()) return StrCat(sub_layer, " lacks row ", id);
      if (found->second != row) {
        return StrCat(sub_layer, " row ", id, " is ", found->second[0], ", not ", row[0]);
      }
    }
    for (const std::uint32_t id : in_view) {
      const auto found = held->second.find(id);
      if (rows.contains(id) || found == held->second.end()) continue;
      if (found->second[0] != default_value) {
        return StrCat(sub_layer, " row ", id, " is ", found->second[0], ", not the default");
      }
    }
  }
  return "";
}

}  // namespace citylayers::phones
