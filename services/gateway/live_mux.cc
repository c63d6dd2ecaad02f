#include "services/gateway/live_mux.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/rfc3339.h"
#include "base/strings.h"
#include "citylayers/layers/v1/layer_service.grpc.pb.h"
#include "services/gateway/event_stream.h"
#include "services/gateway/stream_reader.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::gateway {
namespace {

using layers::v1::WatchLayerRequest;
using layers::v1::WatchLayerResponse;

}  // namespace

LiveMux::LiveMux(std::shared_ptr<LiveHandler::Streams> streams, const LayerDirectory& directory,
                 Viewer viewer, std::vector<WatchLayerRequest> layers, std::vector<Part> boards)
    : OpenStream(std::move(viewer.caller)),
      streams_(std::move(streams)),
      directory_(directory),
      coding_(viewer.coding),
      movable_(viewer.movable),
      responder_(std::move(viewer.responder)),
      boards_(std::move(boards)) {
  for (WatchLayerRequest& request : layers) {
    Feed& feed = feeds_.emplace_back();
    feed.id = request.name().substr(std::string_view("layers/").size());
    feed.message_time = runtime::MonotonicClock().Now();
    if (request.has_resume()) feed.position = EventId(request.resume());
    feed.view = MovingView(std::move(request));
  }
}

void LiveMux::Start(std::shared_ptr<LiveHandler::Streams> streams, const LayerDirectory& directory,
                    Viewer viewer, std::vector<WatchLayerRequest> layers,
                    std::vector<Part> boards) {
  std::shared_ptr<LiveMux>(new LiveMux(std::move(streams), directory, std::move(viewer),
                                       std::move(layers), std::move(boards)))
      ->Run();
}

void LiveMux::Run() {
  if (!streams_->Add(shared_from_this())) return End();
  std::vector<Part> boards;
  std::size_t layers;
  {
    absl::MutexLock lock(&mutex_);
    ++calls_;  // this function
    boards = boards_;
    layers = feeds_.size();
  }
  for (const Part& part : boards) {
    const std::uint64_t id = part.board->Subscribe([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->WritePending();
    });
    bool ended;
    {
      absl::MutexLock lock(&mutex_);
      ended = ended_;
      if (!ended) subscriptions_.push_back(id);
    }
    if (ended) part.board->Unsubscribe(id);
  }
  for (std::size_t i = 0; i < layers; ++i) Call(i);
  Open(false);
  Leave();
  streams_->timer().After(streams_->options().head_timeout, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Open(true);
  });
}

void LiveMux::Open(bool force) {
  std::shared_ptr<runtime::StreamWriter> stream;
  {
    absl::MutexLock lock(&mutex_);
    if (!responder_ || ended_) return;
    bool all_answered = true;
    for (const Feed& feed : feeds_) all_answered = all_answered && feed.has_answered;
    if (!all_answered && !force) return;
    stream = stream_ = OpenEventStream(*std::move(responder_), coding_);
    responder_.reset();
    stream->Write("retry: 1000\n\n");
    if (movable_) stream->Write(streams_->NameEvent(shared_from_this()));
  }
  SendHeartbeat();
  // A client may already be gone: then this ends the stream at once.
  stream->NotifyClosed([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->End();
  });
}

void LiveMux::Leave() {
  bool is_last;
  {
    absl::MutexLock lock(&mutex_);
    is_last = --calls_ == 0 && ended_;
  }
  if (is_last) streams_->Remove(shared_from_this());
}

void LiveMux::EndBecause(const grpc::Status& why) {
  std::vector<std::shared_ptr<grpc::ClientContext>> contexts;
  std::shared_ptr<runtime::StreamWriter> stream;
  std::optional<runtime::Responder> responder;
  std::vector<std::function<void()>> reads;
  std::vector<std::pair<LiveBoard*, std::uint64_t>> subscriptions;
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(ended_, true)) return;
    ++calls_;  // this function
    stream = stream_;
    responder.swap(responder_);
    for (Feed& feed : feeds_) {
      if (feed.context) contexts.push_back(feed.context);
      // The call ends only when a read returns its end.
      if (feed.read_next) reads.push_back(std::exchange(feed.read_next, nullptr));
    }
    for (std::size_t i = 0; i < subscriptions_.size(); ++i) {
      subscriptions.emplace_back(boards_[i].board, subscriptions_[i]);
    }
  }
  for (const auto& [board, id] : subscriptions) board->Unsubscribe(id);
  if (stream) stream->Close();
  if (responder) {
    SendProblem(*std::move(responder), why);
  }
  for (const auto& context : contexts) context->TryCancel();
  for (const auto& read : reads) read();
  Leave();
}

absl::Status LiveMux::MoveTo(std::string_view layer_name, const layers::v1::View& view) {
  std::vector<std::function<void()>> moves;
  {
    absl::MutexLock lock(&mutex_);
    const bool is_followed = std::any_of(feeds_.begin(), feeds_.end(), [&](const Feed& feed) {
      return feed.view.request().name() == layer_name;
    });
    if (!is_followed) {
      return absl::NotFoundError(StrCat("the stream does not follow ", layer_name));
    }
    for (Feed& feed : feeds_) moves.push_back(feed.view.MoveTo(view));
  }
  for (const auto& move : moves) {
    if (move) move();
  }
  return absl::OkStatus();
}

void LiveMux::CallLater(std::size_t index, absl::Duration delay) {
  streams_->timer().After(delay, [weak = weak_from_this(), index] {
    if (const auto self = weak.lock()) self->Call(index);
  });
}

void LiveMux::Call(std::size_t index) {
  const std::shared_ptr<const LayerSet> layers = directory_.Layers();
  auto context = std::make_shared<grpc::ClientContext>();
  layers::v1::LayerService::Stub* stub = nullptr;
  const WatchLayerRequest* request = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    if (ended_) return;
    Feed& feed = feeds_[index];
    const KnownLayer* layer = layers->Find(feed.id);
    if (layer == nullptr) {
      feed.has_answered = true;
      feed.lost = "no server has listed this layer yet";
    } else {
      feed.stub = layers::v1::LayerService::NewStub(layer->backend->channel);
      feed.context = context;
      feed.message_time = runtime::MonotonicClock().Now();
      feed.call_request = feed.view.BeginCall(layer->backend->channel, context);
      stub = feed.stub.get();
      request = &feed.call_request;
      ++calls_;
    }
  }
  if (stub == nullptr) {
    Open(false);
    return CallLater(index, streams_->options().retry_period);
  }
  const auto self = shared_from_this();
  auto* reader = new StreamReader<WatchLayerResponse>(
      context,
      [this, self, index](const WatchLayerResponse& response, auto read_next) {
        OnEvent(index, response, std::move(read_next));
      },
      [this, self, index](const grpc::Status& status) { OnCallEnd(index, status); });
  stub->async()->WatchLayer(context.get(), request, reader);
  reader->Begin();
}

void LiveMux::OnEvent(std::size_t index, const WatchLayerResponse& response,
                      std::function<void()> read_next) {
  WatchLayerRequest view;
  {
    absl::MutexLock lock(&mutex_);
    view = feeds_[index].view.request();
  }
  const std::shared_ptr<const std::string> json = streams_->texts().Of(view, response);
  std::function<void()> read_now;  // returns the end of the cancelled call
  std::function<void()> send_move;
  {
    absl::MutexLock lock(&mutex_);
    Feed& feed = feeds_[index];
    feed.has_answered = true;
    feed.lost.clear();
    feed.message_time = runtime::MonotonicClock().Now();
    send_move = feed.view.OnMessage(response);
    if (ended_) {
      read_now = std::move(read_next);
    } else {
      feed.event = StrCat("{\"layer\":\"", feed.id, "\",", std::string_view(*json).substr(1));
      feed.event_position = EventId(feed.view.position());
      feed.read_next = std::move(read_next);
    }
  }
  if (read_now) return read_now();
  if (send_move) send_move();
  Open(false);
  WritePending();
}

void LiveMux::OnCallEnd(std::size_t index, const grpc::Status& status) {
  const bool final = IsFinal(status.error_code());
  const bool is_aged = runtime::IsStreamAge(status);
  std::optional<runtime::Responder> refused;
  bool ended;
  {
    absl::MutexLock lock(&mutex_);
    Feed& feed = feeds_[index];
    feed.context = nullptr;
    feed.has_answered = true;
    feed.lost = status.ok() ? "its server ended the stream" : status.error_message();
    if (feed.lost.empty()) feed.lost = "its server does not answer";
    if (is_aged) feed.lost.clear();
    // The city does not have the feed, which is not a failure.
    if (status.error_code() == grpc::StatusCode::FAILED_PRECONDITION) feed.lost.clear();
    ended = ended_;
    if (!ended && final) refused.swap(responder_);
  }
  if (refused) {
    SendProblem(*std::move(refused), status);
    End();
    ended = true;
  }
  {
    absl::MutexLock lock(&mutex_);
    --calls_;
    ended = ended_ && calls_ == 0;
    if (!ended && ended_) return;
  }
  if (ended) return streams_->Remove(shared_from_this());
  Open(false);
  WritePending();
  // A request that is refused now may be accepted after an update of the server: it is repeated,
  // but seldom.
  CallLater(index, is_aged ? absl::ZeroDuration()
                   : final ? streams_->options().heartbeat_period
                           : streams_->options().retry_period);
}

// Sends heartbeats to the client, which list the lost feeds.
void LiveMux::SendHeartbeat() {
  {
    absl::MutexLock lock(&mutex_);
    if (ended_) return;
    heartbeat_due_ = true;
    const absl::Time oldest = runtime::MonotonicClock().Now() - streams_->options().silence_max;
    for (Feed& feed : feeds_) {
      // A feed whose event is still pending for the client is not read, so that its age does not
      // count.
      if (feed.read_next) feed.message_time = runtime::MonotonicClock().Now();
      if (feed.lost.empty() && feed.message_time < oldest)
        feed.lost = "its server has stopped sending";
    }
  }
  WritePending();
  streams_->timer().After(streams_->options().heartbeat_period, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->SendHeartbeat();
  });
}

void LiveMux::WritePending() {
  std::shared_ptr<runtime::StreamWriter> stream;
  {
    absl::MutexLock lock(&mutex_);
    if (ended_ || !stream_) return;
    if (is_writing_) {
      has_more_ = true;
      return;
    }
    is_writing_ = true;
    stream = stream_;
  }
  for (;;) {
    if (stream->pending_bytes() > streams_->options().stream_ahead_bytes) {
      {
        absl::MutexLock lock(&mutex_);
        is_writing_ = has_more_ = false;
      }
      stream->NotifyWritable(streams_->options().stream_ahead_bytes, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->WritePending();
      });
      return;
    }
    const bool wrote = WriteRound(*stream);
    absl::MutexLock lock(&mutex_);
    if (ended_ || (!wrote && !std::exchange(has_more_, false))) {
      is_writing_ = false;
      return;
    }
  }
}

std::string LiveMux::Id() const {
  std::string id;
  const auto add = [&](std::string_view name, std::string_view position) {
    StrAppend(&id, id.empty() ? "" : ";", name, "=", position);
  };
  for (const Feed& feed : feeds_) {
    if (!feed.position.empty()) add(feed.id, feed.position);
  }
  for (const Part& part : boards_) {
    if (part.resumes && part.cursor.epoch != 0) add(part.board->event(), CursorText(part.cursor));
  }
  return id;
}

std::string LiveMux::LostJson() {
  using Json = nlohmann::ordered_json;
  Json lost = Json::array();
  for (const Feed& feed : feeds_) {
    if (!feed.lost.empty()) lost.push_back({{"feed", feed.id}, {"reason", feed.lost}});
  }
  for (const Part& part : boards_) {
    const std::string reason = part.board->lost();
    if (!reason.empty()) lost.push_back({{"feed", part.board->event()}, {"reason", reason}});
  }
  return lost.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::function<void()>> LiveMux::TakeLayerEvents(std::string& text) {
  std::vector<std::function<void()>> reads;
  for (Feed& feed : feeds_) {
    if (!feed.read_next) continue;
    feed.position = std::move(feed.event_position);
    StrAppend(&text, EventText(Id(), "layer", feed.event));
    std::string().swap(feed.event);
    reads.push_back(std::exchange(feed.read_next, nullptr));
  }
  return reads;
}

// True when something was written.
bool LiveMux::WriteRound(runtime::StreamWriter& stream) {
  std::string text;
  std::vector<std::function<void()>> reads;
  {
    absl::MutexLock lock(&mutex_);
    if (ended_) return false;
    reads = TakeLayerEvents(text);
    for (Part& part : boards_) {
      for (const auto& data : part.board->After(part.cursor)) {
        StrAppend(&text, EventText(Id(), part.board->event(), *data));
      }
    }
    const std::string lost = LostJson();
    if (std::exchange(heartbeat_due_, false) || lost != lost_sent_) {
      lost_sent_ = lost;
      StrAppend(&text,
                EventText("", "heartbeat",
                          StrCat("{\"serverTime\":\"", Rfc3339(absl::Now()), "\"",
                                 lost == "[]" ? "" : ",\"lost\":", lost == "[]" ? "" : lost, "}")));
    }
  }
  if (text.empty()) return false;
  // Refused only when it alone exceeds the stream's limit: waiting would not help.
  if (!stream.Write(std::move(text))) End();
  for (const auto& read : reads) read();
  return true;
}

}  // namespace citylayers::gateway
