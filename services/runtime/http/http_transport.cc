#include "services/runtime/http/http_transport.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/strings.h"

namespace citylayers::runtime {
namespace {

namespace asio = boost::asio;

// The largest record of TLS.
constexpr std::size_t kRecordBytes = 16 * 1024;

}  // namespace

HttpTransport::HttpTransport(HttpSocket socket, std::shared_ptr<ssl_ctx_st> context)
    : socket_(std::move(socket)) {
  if (context != nullptr) {
    tls_ = std::make_unique<TlsSession>(std::move(context), socket_.native_handle());
  }
}

std::string HttpTransport::Prepare() {
  Error error;
  socket_.non_blocking(true, error);
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  const auto peer = socket_.remote_endpoint(error);
  if (error) return "";
  const std::string address = peer.address().to_string();
  return peer.address().is_v6() ? StrCat("[", address, "]:", peer.port())
                                : StrCat(address, ":", peer.port());
}

HttpTransport::Error HttpTransport::ErrorOf(TlsSession::Result result) {
  switch (result) {
    case TlsSession::Result::kDone:
      return {};
    case TlsSession::Result::kWantRead:
    case TlsSession::Result::kWantWrite:
      return asio::error::would_block;
    case TlsSession::Result::kClosed:
    case TlsSession::Result::kPlainText:
      return asio::error::eof;
    case TlsSession::Result::kFailed:
      break;
  }
  return asio::error::connection_aborted;
}

std::size_t HttpTransport::Write(const std::vector<asio::const_buffer>& buffers, Error& error) {
  if (!tls_) return socket_.write_some(buffers, error);
  // A head and the beginning of its body go into one record, and so into one packet.
  std::array<char, kRecordBytes> record;
  const char* data = static_cast<const char*>(buffers.front().data());
  std::size_t size = buffers.front().size();
  if (size < kRecordBytes && buffers.size() > 1) {
    size = 0;
    for (const asio::const_buffer& buffer : buffers) {
      const std::size_t part = std::min(buffer.size(), kRecordBytes - size);
      std::memcpy(record.data() + size, buffer.data(), part);
      size += part;
      if (size == kRecordBytes) break;
    }
    data = record.data();
  }
  std::size_t written = 0;
  error = {};
  // A write without bytes is an error of OpenSSL's; of a socket it succeeds.
  if (size > 0) error = ErrorOf(tls_->Write(data, size, written));
  return written;
}

void HttpTransport::ShutdownSend(Error& error) {
  if (tls_) tls_->SendClose();
  socket_.shutdown(HttpSocket::shutdown_send, error);
}

void HttpTransport::Close() {
  if (tls_) tls_->SendClose();
  Error error;
  socket_.close(error);
}

}  // namespace citylayers::runtime
