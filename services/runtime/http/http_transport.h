// The bytes of a connection, with or without TLS. Private to the server.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_TRANSPORT_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_TRANSPORT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "services/runtime/http/http_loop.h"
#include "services/runtime/tls/tls_session.h"

namespace citylayers::runtime {

/// A socket, and the TLS session over it if there is one. Without TLS every call is the socket's
/// own. Used by the thread of its loop. A handler must keep the transport alive; it runs later,
/// never within the call.
class HttpTransport {
 public:
  using Error = boost::system::error_code;

  /// `context`: null for a connection without TLS.
  HttpTransport(HttpSocket socket, std::shared_ptr<ssl_ctx_st> context);

  /// Sets the socket's options; before all others. Returns the address of the client, such as
  /// "127.0.0.1:53210"; empty: it has gone already.
  std::string Prepare();
  bool is_secure() const { return tls_ != nullptr; }

  /// The handshake of TLS: handler(result), where the result is kDone, kClosed, kFailed or
  /// kPlainText. REQUIRES: is_secure().
  template <typename Handler>
  void Handshake(Handler handler);
  /// Continues without TLS, after kPlainText.
  void BecomePlain() { tls_.reset(); }
  /// The session. REQUIRES: is_secure().
  const TlsSession& tls() const { return *tls_; }

  /// handler(error, size) once at least one byte has arrived, or the connection has ended.
  template <typename Handler>
  void Read(boost::asio::mutable_buffer buffer, Handler handler);

  /// Writes as much as the socket accepts at once. would_block: nothing; call it again with the
  /// same bytes after WaitWritable. Without TLS all buffers go out in one call, without a copy.
  std::size_t Write(const std::vector<boost::asio::const_buffer>& buffers, Error& error);
  template <typename Handler>
  void WaitWritable(Handler handler) {
    socket_.async_wait(HttpSocket::wait_write, std::move(handler));
  }

  /// Ends the sending side; reading continues.
  void ShutdownSend(Error& error);
  void Close();

 private:
  static Error ErrorOf(TlsSession::Result result);
  // False when the operation has to wait for the socket first.
  static bool IsFinal(TlsSession::Result result) {
    return result != TlsSession::Result::kWantRead && result != TlsSession::Result::kWantWrite;
  }
  // Calls `retry` once the socket is ready for what `wanted` names; retry(error).
  template <typename Retry>
  void Await(TlsSession::Result wanted, Retry retry) {
    socket_.async_wait(
        wanted == TlsSession::Result::kWantWrite ? HttpSocket::wait_write : HttpSocket::wait_read,
        std::move(retry));
  }
  template <typename Handler>
  void ContinueRead(TlsSession::Result wanted, boost::asio::mutable_buffer buffer, Handler handler);
  template <typename Handler>
  void FinishRead(boost::asio::mutable_buffer buffer, Handler handler);

  HttpSocket socket_;
  std::unique_ptr<TlsSession> tls_;
};

template <typename Handler>
void HttpTransport::Handshake(Handler handler) {
  Await(TlsSession::Result::kWantRead, [this, handler = std::move(handler)](Error error) mutable {
    const TlsSession::Result result =
        error || !socket_.is_open() ? TlsSession::Result::kClosed : tls_->Accept();
    if (IsFinal(result)) return handler(result);
    if (result == TlsSession::Result::kWantRead) return Handshake(std::move(handler));
    Await(result, [this, handler = std::move(handler)](Error failed) mutable {
      if (failed) return handler(TlsSession::Result::kClosed);
      Handshake(std::move(handler));
    });
  });
}

template <typename Handler>
void HttpTransport::Read(boost::asio::mutable_buffer buffer, Handler handler) {
  if (!tls_) return socket_.async_read_some(buffer, std::move(handler));
  if (!tls_->HasPending()) {
    return ContinueRead(TlsSession::Result::kWantRead, buffer, std::move(handler));
  }
  boost::asio::post(socket_.get_executor(), [this, buffer, handler = std::move(handler)]() mutable {
    FinishRead(buffer, std::move(handler));
  });
}

template <typename Handler>
void HttpTransport::ContinueRead(TlsSession::Result wanted, boost::asio::mutable_buffer buffer,
                                 Handler handler) {
  Await(wanted, [this, buffer, handler = std::move(handler)](Error error) mutable {
    if (error) return handler(error, 0);
    FinishRead(buffer, std::move(handler));
  });
}

template <typename Handler>
void HttpTransport::FinishRead(boost::asio::mutable_buffer buffer, Handler handler) {
  // Closed while this waited for its turn: the descriptor may be that of another connection now.
  if (!socket_.is_open()) return handler(boost::asio::error::operation_aborted, 0);
  std::size_t size = 0;
  const TlsSession::Result result =
      tls_->Read(static_cast<char*>(buffer.data()), buffer.size(), size);
  if (!IsFinal(result)) return ContinueRead(result, buffer, std::move(handler));
  handler(ErrorOf(result), size);
}

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_TRANSPORT_H_
