#include "services/gateway/live_session.h"

#include <vector>

#include "absl/strings/str_replace.h"

#include "base/strings.h"
#include "services/gateway/cors.h"
#include "services/gateway/event_stream.h"
#include "services/gateway/http_status.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/grpc_status.h"
#include "services/runtime/rpc/request_ranges.h"

namespace citylayers::gateway {

bool IsFinal(grpc::StatusCode code) {
  return code == grpc::StatusCode::NOT_FOUND || code == grpc::StatusCode::INVALID_ARGUMENT ||
         code == grpc::StatusCode::UNIMPLEMENTED || code == grpc::StatusCode::UNAUTHENTICATED ||
         code == grpc::StatusCode::PERMISSION_DENIED;
}

void SendProblem(runtime::Responder responder, const grpc::Status& status) {
  runtime::HttpResponse response = ProblemOf(status);
  response.headers += kPublicCorsHeaders;
  responder.Send(std::move(response));
}

namespace {

// A revoked key ends the streams of its holder within this time.
constexpr absl::Duration kKeyCheckPeriod = absl::Seconds(1);
constexpr std::uint32_t kViewZoomMax = 24;  // that of web maps, as the layers' servers have it

}  // namespace

LiveHandler::Streams::Streams(LiveHandler::Options options, const access::AccessControl& access,
                              runtime::Timer& timer)
    : options_(options),
      access_(access),
      timer_(timer),
      texts_(options.texts_bytes_max),
      key_check_(timer) {
  key_check_.Set(kKeyCheckPeriod, [this] { CheckKeys(); });
}

void LiveHandler::Streams::CheckKeys() {
  std::vector<std::shared_ptr<OpenStream>> ended;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& stream : streams_) {
      if (!access_.IsCurrent(stream->caller())) ended.push_back(stream);
    }
  }
  for (const auto& stream : ended) {
    stream->EndBecause(
        {grpc::StatusCode::UNAUTHENTICATED, StrCat("the API key ", stream->caller().key_id,
                                                   " was revoked or changed, or has expired")});
  }
  key_check_.Set(kKeyCheckPeriod, [this] { CheckKeys(); });
}

std::string LiveHandler::Streams::NameEvent(const std::shared_ptr<OpenStream>& stream) {
  const absl::StatusOr<std::string> id = movable_.Add(stream, stream->caller());
  return id.ok() ? EventText("", "stream", StrCat("{\"streamId\":\"", *id, "\"}")) : "";
}

std::optional<absl::Status> LiveHandler::Streams::Move(
    const layers::v1::SetViewportRequest& request, const access::Principal& caller) const {
  const std::shared_ptr<OpenStream> stream = movable_.Find(request.stream_id(), caller);
  if (stream == nullptr) return std::nullopt;
  layers::v1::View view;
  if (request.has_viewport()) {
    if (auto box = runtime::ReadBox(request.viewport(), "viewport"); !box.ok()) return box.status();
    *view.mutable_viewport() = request.viewport();
  }
  if (request.zoom() > kViewZoomMax) {
    return runtime::BadField("zoom", StrCat(request.zoom(), " is not in 0 to ", kViewZoomMax));
  }
  view.set_zoom(request.zoom());
  return stream->MoveTo(request.name(), view);
}

bool LiveHandler::Streams::Add(std::shared_ptr<OpenStream> stream) {
  absl::MutexLock lock(&mutex_);
  if (!open_.Begin()) return false;
  streams_.insert(std::move(stream));
  return true;
}

void LiveHandler::Streams::Remove(const std::shared_ptr<OpenStream>& stream) {
  absl::MutexLock lock(&mutex_);
  if (streams_.erase(stream) != 0) open_.Done();
}

void LiveHandler::Streams::End() {
  key_check_.Stop();
  std::vector<std::shared_ptr<OpenStream>> streams;
  {
    absl::MutexLock lock(&mutex_);
    open_.Close();
    streams.assign(streams_.begin(), streams_.end());
  }
  for (const auto& stream : streams) stream->End();
  open_.End();
}

void LiveSession::Run() {
  if (!streams_->Add(shared_from_this())) return End();
  Call();
  streams_->timer().After(streams_->options().head_timeout, [weak = weak_from_this()] {
    if (const auto session = weak.lock()) session->Stream();
  });
}

std::shared_ptr<runtime::StreamWriter> LiveSession::Stream() {
  std::shared_ptr<runtime::StreamWriter> stream;
  {
    absl::MutexLock lock(&mutex_);
    if (!responder_) return stream_;
    stream = stream_ = OpenEventStream(*std::move(responder_), coding_);
    responder_.reset();
    stream->Write("retry: 1000\n\n");
    if (movable_) stream->Write(streams_->NameEvent(shared_from_this()));
  }
  SendHeartbeat();
  // A client may already be gone: then this ends the session at once.
  stream->NotifyClosed([weak = weak_from_this()] {
    if (const auto session = weak.lock()) session->End();
  });
  return stream;
}

void LiveSession::Call() {
  auto context = std::make_shared<grpc::ClientContext>();
  {
    absl::MutexLock lock(&mutex_);
    if (state_ == State::kEnded) return;
    state_ = State::kCalling;
    context_ = context;
  }
  StartCall(std::move(context));
}

void LiveSession::EndBecause(const grpc::Status& why) {
  std::shared_ptr<grpc::ClientContext> context;
  std::shared_ptr<runtime::StreamWriter> stream;
  std::optional<runtime::Responder> responder;
  {
    absl::MutexLock lock(&mutex_);
    if (state_ == State::kEnded) return;
    state_ = State::kEnded;
    context = context_;
    stream = stream_;
    responder.swap(responder_);
  }
  if (stream) stream->Close();
  if (responder) {
    SendProblem(*std::move(responder), why);
  }
  if (context) {
    context->TryCancel();
  } else {
    streams_->Remove(shared_from_this());
  }
}

void LiveSession::Send(std::string event, std::function<void()> read_next) {
  const std::shared_ptr<runtime::StreamWriter> stream = Stream();
  if (!stream) return read_next();  // ended: the read returns the end of the cancelled call
  {
    absl::MutexLock lock(&mutex_);
    stale_ = false;
  }
  // Refused only when it alone exceeds the stream's limit: waiting would not help.
  if (!stream->Write(std::move(event))) End();
  stream->NotifyWritable(streams_->options().stream_ahead_bytes, std::move(read_next));
}

void LiveSession::OnCallEnd(const grpc::Status& status) {
  const bool is_aged = runtime::IsStreamAge(status);
  bool ended;
  std::optional<runtime::Responder> refused;
  {
    absl::MutexLock lock(&mutex_);
    context_ = nullptr;
    stale_ = !status.ok() && !is_aged;
    ended = state_ == State::kEnded;
    if (!ended) state_ = State::kPaused;
    if (!ended && IsFinal(status.error_code()) && responder_) {
      refused.swap(responder_);
      state_ = State::kEnded;
      ended = true;
    }
  }
  if (refused) SendProblem(*std::move(refused), status);
  if (ended) return streams_->Remove(shared_from_this());
  const std::shared_ptr<runtime::StreamWriter> stream = Stream();
  if (IsFinal(status.error_code())) {
    if (stream) {
      stream->Write(
          StrCat(": ", absl::StrReplaceAll(status.error_message(), {{"\n", " "}}), "\n\n"));
    }
    return End();
  }
  const absl::Duration delay = is_aged ? absl::ZeroDuration() : streams_->options().retry_period;
  streams_->timer().After(delay, [weak = weak_from_this()] {
    if (const auto session = weak.lock()) session->Call();
  });
}

// Sends heartbeats to the client, and whether the backend's data are stale.
void LiveSession::SendHeartbeat() {
  std::string data;
  std::shared_ptr<runtime::StreamWriter> stream;
  {
    absl::MutexLock lock(&mutex_);
    if (state_ == State::kEnded) return;
    stream = stream_;
    if (stale_) {
      data = R"({"stale":true})";
    } else if (needs_heartbeats()) {
      data = "{}";
    }
  }
  if (!data.empty()) stream->Write(EventText("", "heartbeat", data));
  streams_->timer().After(streams_->options().heartbeat_period, [weak = weak_from_this()] {
    if (const auto session = weak.lock()) session->SendHeartbeat();
  });
}

}  // namespace citylayers::gateway
