// A client's connection. Private to the server.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_CONNECTION_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_CONNECTION_H_

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <boost/asio/buffer.hpp>

#include "services/runtime/http/http_loop.h"
#include "services/runtime/http/http_request_parser.h"
#include "services/runtime/http/http_responder.h"
#include "services/runtime/http/http_transport.h"

namespace citylayers::runtime {

class HttpStream;

/// Reads requests, passes them to handlers one at a time, writes the answers. All work runs on the
/// connection's loop; Answer and AnswerStream may be called from any thread and post to it.
///
///   (handshaking, over TLS) ─►
///   reading ─request─► handling ─answer─► writing ─► reading …
///                          └─stream─► streaming ─► reading …
///   an error anywhere ─► writing (last) ─► lingering ─► closed
class HttpConnection : public ResponderTarget, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<HttpLoop> loop, HttpTransport transport);

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
  enum class State { kHandshaking, kReading, kHandling, kWriting, kStreaming, kLingering, kClosed };

  void StartReading();
  void OnHandshake(TlsSession::Result result);
  void Run();
  void StartRead();
  void OnRead(boost::system::error_code error, std::size_t size);
  bool TakeRequest();
  void Dispatch();
  bool HostAllowed();
  void AnswerError(int status, std::string_view detail);
  void AnswerOnLoop(HttpResponse response);
  void StreamOnLoop(const HttpResponse& head, std::shared_ptr<HttpStream> stream);
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
  HttpTransport transport_;
  bool is_refused_ = false;  // answered 503 once the handshake is done
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

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_CONNECTION_H_
