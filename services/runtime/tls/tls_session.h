// One side of a TLS connection over a socket that does not block.
#ifndef CITYLAYERS_SERVICES_RUNTIME_TLS_TLS_SESSION_H_
#define CITYLAYERS_SERVICES_RUNTIME_TLS_TLS_SESSION_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace citylayers::runtime {

/// The server's side. It works on the descriptor itself, without buffers between: an
/// idle connection holds no record buffers (some 15 KB in all), and a write that the socket does
/// not accept is visible to the caller, which bounds it by its timeouts. Not thread-safe.
///
///   TlsSession session(context, socket);
///   switch (session.Accept()) {
///     case TlsSession::Result::kWantRead: ... call Accept again once the socket is readable
class TlsSession {
 public:
  enum class Result {
    kDone,
    kWantRead,   ///< call again, with the same arguments, once the socket is readable
    kWantWrite,  ///< the same once it is writable
    kClosed,     ///< the peer has ended the connection
    kPlainText,  ///< Accept only: the peer speaks HTTP without TLS; none of it was read
    kFailed,     ///< TLS failed; error() has the reason
  };

  /// `descriptor` is a socket that does not block; it must outlive the session, which never closes
  /// it.
  TlsSession(std::shared_ptr<ssl_ctx_st> context, int descriptor);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// The handshake of a server.
  Result Accept();
  /// REQUIRES for the following: the handshake is done.
  Result Read(char* data, std::size_t size, std::size_t& count);
  /// After kWantWrite the call must be repeated with bytes that begin with the same ones.
  Result Write(const char* data, std::size_t size, std::size_t& count);
  /// Whether there may be bytes for Read that the socket no longer has.
  bool HasPending() const;
  /// Sends the message that ends TLS (close_notify), unless a write is unfinished or TLS has
  /// failed. Never blocks.
  void SendClose();

  /// The names of the verified certificate of the peer, as NamesOf; empty: it sent none.
  std::vector<std::string> PeerNames() const;
  /// After kFailed: the reason, such as "no shared cipher".
  const std::string& error() const { return error_; }

 private:
  struct FreeSsl {
    void operator()(ssl_st* ssl) const;
  };

  Result ResultOf(int returned);

  const std::shared_ptr<ssl_ctx_st> context_;
  const int descriptor_;
  const std::unique_ptr<ssl_st, FreeSsl> ssl_;
  bool is_checked_ = false;  // the first byte is one of TLS
  bool write_pending_ = false;
  bool failed_ = false;
  std::string error_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_TLS_TLS_SESSION_H_
