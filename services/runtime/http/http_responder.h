// The interface by which a handler answers: at once, later from another thread, or as a stream.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_RESPONDER_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_RESPONDER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "services/runtime/http/http_message.h"

namespace citylayers::runtime {

/// A response body that is written piece by piece, for server-sent events and RPC streams.
/// Thread-safe. Callbacks run without locks held, on the server's thread or the caller's.
///
/// Backpressure: bytes that the client has not read yet are pending,
/// at most `stream_pending_bytes_max`.
///   if (!stream->Write(event)) { /* closed, or too slow: drop it or skip ahead */ }
///   stream->NotifyWritable(64 * 1024, [=] { reader->ReadNext(); });
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;

  /// Queues bytes. Returns false, and queues nothing, when the stream is closed, when the limit of
  /// pending bytes would be exceeded, or when the memory share of all streams has no room. Many
  /// streams may share the bytes.
  virtual bool Write(std::shared_ptr<const std::string> bytes) = 0;
  bool Write(std::string bytes) {
    return Write(std::make_shared<const std::string>(std::move(bytes)));
  }
  /// Ends the stream once the pending bytes are written.
  virtual void Close() = 0;

  virtual std::size_t pending_bytes() const = 0;
  virtual bool closed() const = 0;
  /// Calls `callback` once, as soon as at most `pending_bytes_max` are pending (immediately if they
  /// already are) or the stream is closed. A second call replaces the first.
  virtual void NotifyWritable(std::size_t pending_bytes_max, std::function<void()> callback) = 0;
  /// Calls `callback` once when the stream has ended by Close, by the client's
  /// disconnect or by shutdown.
  virtual void NotifyClosed(std::function<void()> callback) = 0;
};

/// The receiver of a Responder's answer; implemented by the server's connection and
/// by tests of handlers.
class ResponderTarget {
 public:
  virtual ~ResponderTarget() = default;
  virtual void Answer(HttpResponse response) = 0;
  virtual std::shared_ptr<StreamWriter> AnswerStream(HttpResponse head) = 0;
};

/// The right and duty to answer one request, once, from any thread. A Responder destroyed without
/// an answer answers 500, so that no client waits forever. Move-only.
class Responder {
 public:
  explicit Responder(std::shared_ptr<ResponderTarget> target) : target_(std::move(target)) {}
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();

  /// Sends the answer. The request must not be used after this.
  void Send(HttpResponse response);
  /// Sends a head and returns the writer of the body; the head's `body` is ignored.
  std::shared_ptr<StreamWriter> Stream(HttpResponse head);

 private:
  std::shared_ptr<ResponderTarget> target_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_RESPONDER_H_
