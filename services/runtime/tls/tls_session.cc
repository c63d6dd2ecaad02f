#include "services/runtime/tls/tls_session.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>

#include "services/runtime/tls/certificate.h"
#include "services/runtime/tls/openssl_ptr.h"
#include "services/runtime/tls/socket_bio.h"

namespace citylayers::runtime {
namespace {

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

SSL* NewSsl(SSL_CTX& context, int descriptor) {
  SSL* const ssl = SSL_new(&context);
  BIO* const bio = NewSocketBio(descriptor);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_accept_state(ssl);
  return ssl;
}

}  // namespace

void TlsSession::FreeSsl::operator()(SSL* ssl) const { SSL_free(ssl); }

TlsSession::TlsSession(std::shared_ptr<SSL_CTX> context, int descriptor)
    : context_(std::move(context)), descriptor_(descriptor), ssl_(NewSsl(*context_, descriptor)) {}

TlsSession::~TlsSession() = default;

TlsSession::Result TlsSession::ResultOf(int returned) {
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_NONE:
      return Result::kDone;
    case SSL_ERROR_WANT_READ:
      return Result::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return Result::kWantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return Result::kClosed;
    case SSL_ERROR_SYSCALL:
      failed_ = true;
      error_ = errno == 0 ? "the peer closed the connection" : std::strerror(errno);
      return Result::kClosed;
    default:
      failed_ = true;
      // Many programs close the socket without the message that ends TLS. HTTP's own lengths show
      // whether a request is whole.
      if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        error_ = TakeOpenSslError();
        return Result::kClosed;
      }
      error_ = TakeOpenSslError();
      return Result::kFailed;
  }
}

TlsSession::Result TlsSession::Accept() {
  if (!is_checked_) {
    char first = 0;
    const ssize_t size = ::recv(descriptor_, &first, 1, MSG_PEEK);
    if (size < 0 && WouldBlock()) return Result::kWantRead;
    if (size <= 0) {
      failed_ = true;
      return Result::kClosed;
    }
    // Methods of HTTP are in capital letters; TLS begins with 0x16.
    if (first >= 'A' && first <= 'Z') return Result::kPlainText;
    is_checked_ = true;
  }
  ERR_clear_error();
  errno = 0;
  return ResultOf(SSL_accept(ssl_.get()));
}

TlsSession::Result TlsSession::Read(char* data, std::size_t size, std::size_t& count) {
  ERR_clear_error();
  errno = 0;
  return ResultOf(SSL_read_ex(ssl_.get(), data, size, &count));
}

TlsSession::Result TlsSession::Write(const char* data, std::size_t size, std::size_t& count) {
  ERR_clear_error();
  errno = 0;
  const Result result = ResultOf(SSL_write_ex(ssl_.get(), data, size, &count));
  write_pending_ = result == Result::kWantRead || result == Result::kWantWrite;
  return result;
}

bool TlsSession::HasPending() const { return SSL_has_pending(ssl_.get()) == 1; }

void TlsSession::SendClose() {
  if (failed_ || write_pending_ || SSL_is_init_finished(ssl_.get()) != 1) return;
  (void)SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

std::vector<std::string> TlsSession::PeerNames() const {
  // One that was not verified has ended the handshake.
  X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
  return certificate == nullptr ? std::vector<std::string>() : NamesOf(*certificate);
}

}  // namespace citylayers::runtime
