// A client's connection and its response stream. Private to the server.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_CONNECTION_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_CONNECTION_H_

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <boost/asio/buffer.hpp>

#include "services/runtime/http/http_loop.h"
#include "services/runtime/http/http_request_parser.h"
#include "services/runtime/http/http_responder.h"

namespace citylayers::runtime {

class HttpStream;

/// Reads requests, passes them to handlers one at a time, writes the answers. All work runs on the
/// connection's loop; Answer and AnswerStream may be called from any thread and post to it.
///
///   reading ─request─► handling ─answer─► writing ─► reading …
///                          └─stream─► streaming ─► reading …
///   an error anywhere ─► writing (last) ─► lingering ─► closed
class HttpConnection : public ResponderTarget, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<HttpLoop> loop, HttpSocket socket);

  void Start();
  void Refuse();
  /// Closes the connection when the deadline of its state has passed. Called by
  /// the loop periodically.
  void CheckTimeout(HttpLoop::SteadyTime now);
  void BeginDrain();
  void Close();

  void Answer(HttpResponse response) override;
  std::shared_ptr<StreamWriter> AnswerStream(HttpResponse head) override;

 private:
  friend class HttpStream;
  enum class State { kReading, kHandling, kWriting, kStreaming, kLingering, kClosed };

  void Run();
  void StartRead();
  void OnRead(boost::system::error_code error, std::size_t size);
  bool TakeRequest();
  void Dispatch();
  bool HostAllowed();
  void AnswerError(int status, std::string_view detail);
  void AnswerOnLoop(HttpResponse response);
  void StreamOnLoop(HttpResponse head, std::shared_ptr<HttpStream> stream);
  void BuildHead(const HttpResponse& response, std::string_view framing);
  void Count(int status);
  // Writes the head and the body; true when all of it was written at once.
  bool WriteResponse();
  bool WriteSome();
  void ContinueWrite();
  void FinishResponse();
  void Linger();
  void SendContinue();
  // For streams: moves pending bytes to the socket.
  void PumpStream();
  void WriteStreamBatch();
  void EndStream();
  void SetDeadline(absl::Duration timeout);
  bool IsStalledUnderPressure(HttpLoop::SteadyTime now) const;

  std::shared_ptr<HttpLoop> loop_;
  HttpSocket socket_;
  State state_ = State::kReading;
  HttpLoop::SteadyTime deadline_ = HttpLoop::SteadyTime::max();
  bool read_pending_ = false;
  bool close_after_ = false;
  bool request_started_ = false;  // at least one byte of it has arrived
  bool body_timer_on_ = false;

  std::string in_;  // bytes [in_begin_, in_end_) are unread
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  HttpRequest request_;
  HttpRequestParser parser_;
  HttpLoop::SteadyTime request_time_;
  std::size_t route_index_ = 0;

  std::string allowed_host_;  // the last Host that was checked; the next is usually the same

  bool answered_in_dispatch_ = false;
  HttpResponse response_;
  std::string head_;
  std::vector<boost::asio::const_buffer> out_;
  bool linger_ = false;
  std::size_t lingered_bytes_ = 0;

  std::shared_ptr<HttpStream> stream_;
  std::vector<std::shared_ptr<const std::string>> stream_batch_;
  bool stream_writing_ = false;
  bool stream_end_written_ = false;
};

/// The handler's side of a stream: a bounded queue that the connection empties.
class HttpStream : public StreamWriter, public std::enable_shared_from_this<HttpStream> {
 public:
  HttpStream(std::shared_ptr<HttpConnection> connection, std::size_t pending_bytes_max,
             std::shared_ptr<MemoryShare> share);

  using StreamWriter::Write;
  bool Write(std::shared_ptr<const std::string> bytes) override;
  void Close() override;
  std::size_t pending_bytes() const override;
  bool closed() const override;
  void NotifyWritable(std::size_t pending_bytes_max, std::function<void()> callback) override;
  void NotifyClosed(std::function<void()> callback) override;

  // For the connection, on its loop.
  /// Moves at most `max` queued pieces to `pieces`; false when none is queued. `ending` is set when
  /// the stream is closed and empty.
  bool Take(std::size_t max, std::vector<std::shared_ptr<const std::string>>& pieces, bool& ending);
  /// Reports that `bytes` of the taken pieces were written to the socket.
  void Written(std::size_t bytes);
  /// Reports that the connection is closed or the stream was written to its end.
  void Ended();

 private:
  void Poke(std::shared_ptr<HttpConnection> connection);

  mutable absl::Mutex mutex_;
  const std::size_t pending_bytes_max_;
  std::shared_ptr<HttpConnection> connection_ ABSL_GUARDED_BY(mutex_);  // until Ended
  std::deque<std::shared_ptr<const std::string>> queue_ ABSL_GUARDED_BY(mutex_);
  std::size_t pending_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  MemoryHold hold_ ABSL_GUARDED_BY(mutex_);  // of pending_bytes_
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool poked_ ABSL_GUARDED_BY(mutex_) = false;  // a call of PumpStream is posted
  std::size_t writable_below_ ABSL_GUARDED_BY(mutex_) = 0;
  std::function<void()> on_writable_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> on_closed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_CONNECTION_H_
