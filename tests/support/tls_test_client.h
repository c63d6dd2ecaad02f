// A blocking TLS client for tests of servers on this machine.
#ifndef CITYLAYERS_TESTS_SUPPORT_TLS_TEST_CLIENT_H_
#define CITYLAYERS_TESTS_SUPPORT_TLS_TEST_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/support/test_certificates.h"

struct ssl_ctx_st;
struct ssl_st;

namespace citylayers::test {

struct TlsClientOptions {
  std::string authority;              // PEM; the server must have a certificate of it for localhost
  TestIdentity identity = {};         // shown to the server; empty: none
  std::string protocol = "http/1.1";  // offered by ALPN; empty: none
  std::string suites = {};            // of TLS 1.2, as OpenSSL names them; empty: its default
  int max_version = 0;                // such as TLS1_2_VERSION
};

/// One connection to 127.0.0.1. Every read times out after 10 s. Not thread-safe.
class TlsTestClient {
 public:
  TlsTestClient(std::uint16_t port, const TlsClientOptions& options);
  ~TlsTestClient();
  TlsTestClient(const TlsTestClient&) = delete;
  TlsTestClient& operator=(const TlsTestClient&) = delete;

  /// Whether the handshake has succeeded; otherwise error() is OpenSSL's reason.
  bool connected() const { return connected_; }
  const std::string& error() const { return error_; }
  std::string version() const;   // "TLSv1.3"
  std::string suite() const;     // "ECDHE-ECDSA-AES128-GCM-SHA256"
  std::string protocol() const;  // chosen by ALPN
  std::string subject() const;   // of the server's certificate

  void Send(std::string_view bytes);
  /// Reads until `text` arrives or the connection ends; returns all bytes that were read.
  std::string ReadUntil(std::string_view text);
  /// Reads to the end. True when the server ended TLS as it should, by close_notify.
  bool WaitClosed();
  /// Ends the connection without close_notify.
  void Cut();

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
    void operator()(ssl_st* ssl) const;
  };
  int descriptor_ = -1;
  std::unique_ptr<ssl_ctx_st, Free> context_;
  std::unique_ptr<ssl_st, Free> ssl_;
  bool connected_ = false;
  std::string error_;
};

}  // namespace citylayers::test

#endif  // CITYLAYERS_TESTS_SUPPORT_TLS_TEST_CLIENT_H_
