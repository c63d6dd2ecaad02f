#include "services/runtime/http/http_connection.h"

#include <algorithm>

#include <boost/asio/error.hpp>

#include "base/strings.h"
#include "services/runtime/http/http_stream.h"

namespace citylayers::runtime {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kInitialReadBytes = 4096;
constexpr std::size_t kStreamPiecesMax = 60;  // one sendmsg takes 64 pieces, two are framing
constexpr absl::Duration kLingerTimeout = absl::Seconds(2);
constexpr std::size_t kLingerBytesMax = 64 * 1024 * 1024;

bool HasNoBody(int status) { return status == 204 || status == 304 || status < 200; }

}  // namespace

HttpConnection::HttpConnection(std::shared_ptr<HttpLoop> loop, HttpTransport transport)
    : loop_(std::move(loop)),
      transport_(std::move(transport)),
      parser_(loop_->shared().options, request_) {}

void HttpConnection::Start() {
  request_.SetPeer(transport_.Prepare());
  if (!transport_.is_secure()) return StartReading();
  state_ = State::kHandshaking;
  SetDeadline(loop_->shared().options.handshake_timeout);
  transport_.Handshake(
      [self = shared_from_this()](TlsSession::Result result) { self->OnHandshake(result); });
}

void HttpConnection::Refuse() {
  is_refused_ = true;
  Start();
}

void HttpConnection::StartReading() {
  state_ = State::kReading;
  in_.resize(kInitialReadBytes);
  if (is_refused_) {
    return AnswerError(503,
                       "the server has as many connections as it takes; try again in a second");
  }
  SetDeadline(loop_->shared().options.idle_timeout);
  StartRead();
}

void HttpConnection::OnHandshake(TlsSession::Result result) {
  if (state_ != State::kHandshaking) return;
  if (result == TlsSession::Result::kDone) {
    request_.SetSecure(transport_.tls().PeerNames());
    if (loop_->shared().draining.load(std::memory_order_relaxed)) return Close();
    return StartReading();
  }
  HttpLoop::Add(loop_->counters().handshakes_failed, 1);
  if (result != TlsSession::Result::kPlainText) return Close();
  transport_.BecomePlain();
  in_.resize(kInitialReadBytes);
  AnswerError(400, "this port speaks HTTPS: begin the address with https://");
}

void HttpConnection::SetDeadline(absl::Duration timeout) {
  deadline_ = timeout == absl::InfiniteDuration()
                  ? HttpLoop::SteadyTime::max()
                  : std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(timeout);
}

void HttpConnection::CheckTimeout(HttpLoop::SteadyTime now) {
  if (now < deadline_ && !IsStalledUnderPressure(now)) return;
  if (state_ == State::kHandshaking) HttpLoop::Add(loop_->counters().handshakes_failed, 1);
  if (state_ == State::kReading && request_started_) {
    HttpLoop::Add(loop_->counters().timeouts, 1);
    AnswerError(408, "the request did not arrive in time");
    return;
  }
  if (state_ == State::kWriting || state_ == State::kStreaming) {
    HttpLoop::Add(loop_->counters().timeouts, 1);
  }
  Close();
}

// While streams occupy much of their memory, those whose clients do not read are ended after a
// shorter timeout, because they occupy it.
bool HttpConnection::IsStalledUnderPressure(HttpLoop::SteadyTime now) const {
  const HttpServerOptions& options = loop_->shared().options;
  if (state_ != State::kStreaming || !stream_writing_ || options.streams == nullptr ||
      options.write_timeout <= options.write_timeout_under_pressure ||
      !options.streams->IsUnderPressure()) {
    return false;
  }
  return now >= deadline_ - absl::ToChronoNanoseconds(options.write_timeout -
                                                      options.write_timeout_under_pressure);
}

void HttpConnection::BeginDrain() {
  if (state_ == State::kHandshaking || (state_ == State::kReading && !request_started_)) {
    Close();
  } else if (state_ == State::kStreaming) {
    close_after_ = true;
    stream_->Close();
  }
}

void HttpConnection::Close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  const auto self = shared_from_this();
  transport_.Close();
  EndStream();
  loop_->Remove(self);
}

void HttpConnection::StartRead() {
  if (read_pending_) return;
  if (in_begin_ == in_end_) {
    in_begin_ = in_end_ = 0;
    // A long header must not keep its buffer in an idle connection.
    if (in_.size() > kInitialReadBytes && !request_started_) {
      std::string(kInitialReadBytes, '\0').swap(in_);
    }
  }
  if (in_end_ == in_.size()) {
    if (in_begin_ > 0) {
      std::copy(in_.begin() + static_cast<std::ptrdiff_t>(in_begin_), in_.end(), in_.begin());
      in_end_ -= in_begin_;
      in_begin_ = 0;
    } else if (const std::size_t max = loop_->shared().options.header_bytes_max + kInitialReadBytes;
               in_.size() < max) {
      in_.resize(std::min(in_.size() * 2, max));
    } else if (state_ == State::kReading) {
      AnswerError(431, "a chunk header is too large");
      return;
    } else {
      return;  // While a stream runs, further requests wait in the kernel's buffer.
    }
  }
  read_pending_ = true;
  transport_.Read(asio::buffer(in_.data() + in_end_, in_.size() - in_end_),
                  [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
                    self->OnRead(error, size);
                  });
}

void HttpConnection::OnRead(boost::system::error_code error, std::size_t size) {
  read_pending_ = false;
  if (state_ == State::kClosed) return;
  if (error) {
    // A client that has shut down its sending side still receives the answer in progress.
    if (state_ != State::kWriting) Close();
    return;
  }
  if (state_ == State::kLingering) {
    lingered_bytes_ += size;
    if (lingered_bytes_ > kLingerBytesMax) return Close();
    in_begin_ = in_end_ = 0;
    return StartRead();
  }
  in_end_ += size;
  if (state_ == State::kReading) {
    Run();
  } else if (state_ == State::kStreaming) {
    StartRead();
  }
}

void HttpConnection::Run() {
  while (state_ == State::kReading) {
    if (!TakeRequest()) return;
    Dispatch();
  }
}

// Parses one request from the buffer; false when it is incomplete or was refused.
bool HttpConnection::TakeRequest() {
  const HttpServerOptions& options = loop_->shared().options;
  if (in_begin_ < in_end_ && !std::exchange(request_started_, true)) {
    SetDeadline(options.header_timeout);
  }
  std::size_t consumed = 0;
  const auto state =
      parser_.Feed(std::string_view(in_.data() + in_begin_, in_end_ - in_begin_), consumed);
  in_begin_ += consumed;
  if (state == HttpRequestParser::State::kComplete) return true;
  if (state == HttpRequestParser::State::kError) {
    HttpLoop::Add(loop_->counters().bad_requests, 1);
    AnswerError(parser_.error_status(), parser_.error_detail());
    return false;
  }
  if (parser_.header_done() && !std::exchange(body_timer_on_, true)) {
    SetDeadline(options.body_timeout);
    if (parser_.expects_continue()) SendContinue();
  }
  if (state_ == State::kReading) StartRead();
  return false;
}

void HttpConnection::SendContinue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  // 25 bytes into the empty buffer of an idle socket: either they fit or the connection is broken.
  boost::system::error_code error;
  transport_.Write({asio::buffer(kContinue.data(), kContinue.size())}, error);
  if (error) Close();
}

void HttpConnection::Dispatch() {
  state_ = State::kHandling;
  deadline_ = HttpLoop::SteadyTime::max();
  request_time_ = std::chrono::steady_clock::now();
  HttpShared& shared = loop_->shared();
  close_after_ = !parser_.keep_alive() || shared.draining.load(std::memory_order_relaxed);
  if (shared.options.hosts && !HostAllowed()) {
    HttpLoop::Add(loop_->counters().bad_requests, 1);
    route_index_ = shared.router.size();
    return AnswerOnLoop(
        ProblemResponse(421, shared.options.hosts->Refusal(request_.Header("host"))));
  }
  const HttpRouter::Found found = shared.router.Match(request_);
  route_index_ = found.route != nullptr ? found.route->index : shared.router.size();
  if (found.route == nullptr) {
    HttpResponse response = ProblemResponse(found.status, found.detail);
    if (!found.allow.empty()) response.AddHeader("Allow", found.allow);
    response.headers += shared.options.error_headers;
    AnswerOnLoop(std::move(response));
    return;
  }
  const auto self = shared_from_this();
  answered_in_dispatch_ = false;
  loop_->dispatching = this;
  found.route->handler(request_, Responder(self));
  loop_->dispatching = nullptr;
  if (answered_in_dispatch_) AnswerOnLoop(std::move(response_));
}

bool HttpConnection::HostAllowed() {
  const std::string_view host = request_.Header("host");
  if (host == allowed_host_) return true;
  if (!loop_->shared().options.hosts->Allows(host)) return false;
  allowed_host_.assign(host);
  return true;
}

void HttpConnection::Answer(HttpResponse response) {
  if (loop_->IsCurrent()) {
    if (loop_->dispatching == this) {
      response_ = std::move(response);
      answered_in_dispatch_ = true;
      return;
    }
    if (loop_->dispatching == nullptr) {
      AnswerOnLoop(std::move(response));
      return Run();
    }
  }
  loop_->Post([self = shared_from_this(), moved = std::move(response)]() mutable {
    self->AnswerOnLoop(std::move(moved));
    self->Run();
  });
}

std::shared_ptr<StreamWriter> HttpConnection::AnswerStream(HttpResponse head) {
  const HttpServerOptions& options = loop_->shared().options;
  auto stream = std::make_shared<HttpStream>(shared_from_this(), options.stream_pending_bytes_max,
                                             options.streams);
  if (options.streams != nullptr &&
      options.streams->used_bytes() > options.streams->limit_bytes() / 4 * 3) {
    stream->Ended();
    HttpResponse refusal = ProblemResponse(
        503, "the memory for streams is spent by clients that do not read; try again in a second");
    refusal.AddHeader("Retry-After", "1");
    Answer(std::move(refusal));
    return stream;
  }
  const bool posted =
      loop_->Post([self = shared_from_this(), stream, moved = std::move(head)]() mutable {
        self->StreamOnLoop(moved, std::move(stream));
      });
  if (!posted) stream->Ended();
  return stream;
}

void HttpConnection::AnswerError(int status, std::string_view detail) {
  close_after_ = true;
  route_index_ = loop_->shared().router.size();
  request_time_ = std::chrono::steady_clock::now();
  response_ = ProblemResponse(status, detail);
  if (status == 503) response_.AddHeader("Retry-After", "1");
  response_.headers += loop_->shared().options.error_headers;
  linger_ = true;  // unread bytes may still be arriving
  state_ = State::kHandling;
  AnswerOnLoop(std::move(response_));
}

void HttpConnection::AnswerOnLoop(HttpResponse response) {
  if (state_ != State::kHandling) return;
  parser_.ReleaseBody();  // writing the answer may take long
  response_ = std::move(response);
  if (loop_->shared().draining.load(std::memory_order_relaxed)) close_after_ = true;
  Count(response_.status);
  if (WriteResponse()) FinishResponse();
}

void HttpConnection::Count(int status) {
  auto& route = loop_->routes()[route_index_];
  HttpLoop::Add(route.by_class[static_cast<std::size_t>(std::clamp(status / 100, 1, 5))], 1);
  HttpLoop::Add(route.count, 1);
  HttpLoop::Add(route.nanoseconds, static_cast<std::uint64_t>(
                                       (std::chrono::steady_clock::now() - request_time_).count()));
}

void HttpConnection::BuildHead(const HttpResponse& response, std::string_view framing) {
  head_.clear();
  if (response.status == 200) {
    head_.append("HTTP/1.1 200 OK\r\n");
  } else {
    StrAppend(&head_, "HTTP/1.1 ", response.status, " ", ReasonPhrase(response.status), "\r\n");
  }
  head_.append(loop_->DateHeader());
  if (close_after_) {
    head_.append("Connection: close\r\n");
  } else if (request_.version() < 11) {
    head_.append("Connection: keep-alive\r\n");
  }
  head_.append(framing);
  head_.append(loop_->shared().options.headers);
  if (transport_.is_secure()) head_.append(loop_->shared().options.secure_headers);
  head_.append(response.headers);
  if (response.shared_headers) head_.append(*response.shared_headers);
  head_.append("\r\n");
}

bool HttpConnection::WriteResponse() {
  const std::size_t body_size = response_.body ? response_.body->size() : 0;
  char framing[48];
  std::size_t framing_size = 0;
  if (!HasNoBody(response_.status)) {
    framing_size = static_cast<std::size_t>(
        std::snprintf(framing, sizeof framing, "Content-Length: %zu\r\n", body_size));
  }
  BuildHead(response_, std::string_view(framing, framing_size));
  out_.clear();
  out_.emplace_back(head_.data(), head_.size());
  if (body_size > 0 && !HasNoBody(response_.status) && request_.method() != "HEAD") {
    out_.emplace_back(response_.body->data(), body_size);
  }
  state_ = State::kWriting;
  return WriteSome();
}

// Writes out_ as far as the socket accepts it; true when all of it was written. Otherwise
// ContinueWrite follows, or the connection has closed.
bool HttpConnection::WriteSome() {
  while (!out_.empty()) {
    boost::system::error_code error;
    std::size_t size = transport_.Write(out_, error);
    if (error == asio::error::would_block || error == asio::error::try_again) {
      SetDeadline(loop_->shared().options.write_timeout);
      transport_.WaitWritable([self = shared_from_this()](boost::system::error_code failed) {
        if (self->state_ == State::kClosed) return;
        if (failed) return self->Close();
        self->ContinueWrite();
      });
      return false;
    }
    if (error) {
      Close();
      return false;
    }
    HttpLoop::Add(loop_->counters().bytes_sent, size);
    std::size_t done = 0;
    while (done < out_.size() && size >= out_[done].size()) size -= out_[done++].size();
    out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(done));
    if (!out_.empty()) out_.front() += size;
  }
  deadline_ = HttpLoop::SteadyTime::max();
  return true;
}

void HttpConnection::ContinueWrite() {
  if (!WriteSome()) return;
  if (state_ == State::kStreaming) {
    stream_writing_ = false;
    PumpStream();
  } else {
    FinishResponse();
    Run();
  }
}

// The answer is written: continues with the next request, or closes.
void HttpConnection::FinishResponse() {
  response_ = HttpResponse();
  if (close_after_) {
    if (linger_) return Linger();
    return Close();
  }
  parser_.Reset();
  request_started_ = false;
  body_timer_on_ = false;
  state_ = State::kReading;
  SetDeadline(loop_->shared().options.idle_timeout);
}

// Closing with unread bytes resets the connection, and the reset may discard the answer before the
// client reads it.
void HttpConnection::Linger() {
  boost::system::error_code error;
  transport_.ShutdownSend(error);
  if (error) return Close();
  state_ = State::kLingering;
  SetDeadline(kLingerTimeout);
  in_begin_ = in_end_ = 0;
  StartRead();
}

void HttpConnection::StreamOnLoop(const HttpResponse& head, std::shared_ptr<HttpStream> stream) {
  if (state_ != State::kHandling) {
    stream->Ended();
    return;
  }
  parser_.ReleaseBody();  // a stream may live for days
  stream_ = std::move(stream);
  Count(head.status);
  const bool chunked = request_.version() >= 11;
  if (!chunked) close_after_ = true;
  BuildHead(head, chunked ? "Transfer-Encoding: chunked\r\n" : "");
  HttpLoop::Add(loop_->counters().streams_open, 1);
  state_ = State::kStreaming;
  stream_end_written_ = false;
  if (request_.method() == "HEAD") stream_->Close();
  out_.clear();
  out_.emplace_back(head_.data(), head_.size());
  stream_writing_ = !WriteSome();
  // A pending read detects that the client disconnects.
  if (state_ == State::kStreaming) StartRead();
  if (loop_->shared().draining.load(std::memory_order_relaxed)) BeginDrain();
  PumpStream();
}

void HttpConnection::PumpStream() {
  while (state_ == State::kStreaming && !stream_writing_) {
    std::size_t written = 0;
    for (const auto& piece : stream_batch_) written += piece->size();
    stream_batch_.clear();
    if (written > 0) stream_->Written(written);
    if (stream_end_written_) {
      EndStream();
      FinishResponse();
      return Run();
    }
    WriteStreamBatch();
    if (out_.empty()) return;  // Nothing to do until the next Write.
    stream_writing_ = !WriteSome();
  }
}

// Writes the queued pieces as one chunk (as bare bytes for HTTP/1.0), and the
// last chunk at the end.
void HttpConnection::WriteStreamBatch() {
  static constexpr std::string_view kLineEnd = "\r\n";
  static constexpr std::string_view kLastChunk = "0\r\n\r\n";
  out_.clear();
  bool ending = false;
  const bool any = stream_->Take(kStreamPiecesMax, stream_batch_, ending);
  const bool bodyless = request_.method() == "HEAD";
  const bool chunked = request_.version() >= 11 && !bodyless;
  if (any && !bodyless) {
    std::size_t size = 0;
    for (const auto& piece : stream_batch_) size += piece->size();
    head_ = StrCat(absl::Hex(size), "\r\n");
    if (chunked) out_.emplace_back(head_.data(), head_.size());
    for (const auto& piece : stream_batch_) out_.emplace_back(piece->data(), piece->size());
    if (chunked) out_.emplace_back(kLineEnd.data(), kLineEnd.size());
  }
  if (ending) {
    stream_end_written_ = true;
    if (chunked) {
      out_.emplace_back(kLastChunk.data(), kLastChunk.size());
    } else if (out_.empty()) {
      out_.emplace_back(kLineEnd.data(), 0);  // keeps the writes going until the stream's end
    }
  }
}

void HttpConnection::EndStream() {
  if (!stream_) return;
  HttpLoop::Add(loop_->counters().streams_open, static_cast<std::uint64_t>(-1));
  stream_batch_.clear();
  stream_writing_ = false;
  std::exchange(stream_, nullptr)->Ended();
}

}  // namespace citylayers::runtime
