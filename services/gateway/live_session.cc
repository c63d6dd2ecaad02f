#include "services/gateway/live_session.h"

#include <vector>

#include "absl/strings/str_replace.h"

#include "proto/support/strings.h"

namespace citylayers::gateway {
namespace {

// Errors that the same request will always get: going on would only ask for ever.
bool IsFinal(grpc::StatusCode code) {
  return code == grpc::StatusCode::NOT_FOUND || code == grpc::StatusCode::INVALID_ARGUMENT ||
         code == grpc::StatusCode::UNIMPLEMENTED || code == grpc::StatusCode::UNAUTHENTICATED ||
         code == grpc::StatusCode::PERMISSION_DENIED;
}

}  // namespace

bool LiveHandler::Streams::Add(std::shared_ptr<LiveSession> session) {
  absl::MutexLock lock(&mutex_);
  if (ended_) return false;
  sessions_.insert(std::move(session));
  return true;
}

void LiveHandler::Streams::Remove(const std::shared_ptr<LiveSession>& session) {
  absl::MutexLock lock(&mutex_);
  sessions_.erase(session);
}

void LiveHandler::Streams::End() {
  std::vector<std::shared_ptr<LiveSession>> sessions;
  {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    sessions.assign(sessions_.begin(), sessions_.end());
  }
  for (const auto& session : sessions) session->End();
  absl::MutexLock lock(&mutex_);
  const auto none = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return sessions_.empty(); };
  mutex_.Await(absl::Condition(&none));
}

void LiveSession::Run() {
  if (!streams_->Add(shared_from_this())) return stream_->Close();
  stream_->Write("retry: 1000\n\n");
  Call();
  Beat();
  // A client may be gone already: then this ends the session at once.
  stream_->NotifyClosed([weak = weak_from_this()] {
    if (const auto session = weak.lock()) session->End();
  });
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

void LiveSession::End() {
  std::shared_ptr<grpc::ClientContext> context;
  {
    absl::MutexLock lock(&mutex_);
    if (state_ == State::kEnded) return;
    state_ = State::kEnded;
    context = context_;
  }
  stream_->Close();
  if (context) {
    context->TryCancel();
  } else {
    streams_->Remove(shared_from_this());
  }
}

void LiveSession::Send(std::string event, std::function<void()> read_next) {
  {
    absl::MutexLock lock(&mutex_);
    stale_ = false;
  }
  // Refused only when it alone is larger than the stream's limit: nothing that waiting would mend.
  if (!stream_->Write(std::move(event))) End();
  stream_->NotifyWritable(streams_->options().stream_ahead_bytes, std::move(read_next));
}

void LiveSession::OnCallEnd(const grpc::Status& status) {
  bool ended;
  {
    absl::MutexLock lock(&mutex_);
    context_ = nullptr;
    stale_ = !status.ok();
    ended = state_ == State::kEnded;
    if (!ended) state_ = State::kPaused;
  }
  if (ended) return streams_->Remove(shared_from_this());
  if (IsFinal(status.error_code())) {
    stream_->Write(
        StrCat(": ", absl::StrReplaceAll(status.error_message(), {{"\n", " "}}), "\n\n"));
    return End();
  }
  streams_->timer().After(streams_->options().retry_period, [weak = weak_from_this()] {
    if (const auto session = weak.lock()) session->Call();
  });
}

// Tells the client now and then that its stream lives, and whether the data behind it do.
void LiveSession::Beat() {
  std::string data;
  {
    absl::MutexLock lock(&mutex_);
    if (state_ == State::kEnded) return;
    if (stale_) {
      data = R"({"stale":true})";
    } else if (needs_heartbeats()) {
      data = "{}";
    }
  }
  if (!data.empty()) stream_->Write(StrCat("event: heartbeat\ndata: ", data, "\n\n"));
  streams_->timer().After(streams_->options().heartbeat_period, [weak = weak_from_this()] {
    if (const auto session = weak.lock()) session->Beat();
  });
}

}  // namespace citylayers::gateway
