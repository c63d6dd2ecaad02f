#include "tests/support/tls_test_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "services/runtime/tls/certificate.h"
#include "services/runtime/tls/openssl_ptr.h"
#include "services/runtime/tls/socket_bio.h"

namespace citylayers::test {
namespace {

using runtime::BioOf;
using runtime::CertificatePtr;
using runtime::KeyPtr;

int ConnectTo(std::uint16_t port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return descriptor;
}

void Configure(SSL_CTX& context, const TlsClientOptions& options) {
  // May offer what no server should accept.
  SSL_CTX_set_security_level(&context, 0);
  SSL_CTX_set_min_proto_version(&context, TLS1_VERSION);
  if (options.max_version != 0) SSL_CTX_set_max_proto_version(&context, options.max_version);
  if (!options.suites.empty()) SSL_CTX_set_cipher_list(&context, options.suites.c_str());
  const auto authority_text = BioOf(options.authority);
  const CertificatePtr authority(
      PEM_read_bio_X509(authority_text.get(), nullptr, nullptr, nullptr));
  X509_STORE_add_cert(SSL_CTX_get_cert_store(&context), authority.get());
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER, nullptr);
  if (options.identity.key.empty()) return;
  const auto certificate_text = BioOf(options.identity.certificate);
  const auto key_text = BioOf(options.identity.key);
  const CertificatePtr certificate(
      PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
  const KeyPtr key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  SSL_CTX_use_certificate(&context, certificate.get());
  SSL_CTX_use_PrivateKey(&context, key.get());
}

}  // namespace

void TlsTestClient::Free::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
void TlsTestClient::Free::operator()(SSL* ssl) const { SSL_free(ssl); }

TlsTestClient::TlsTestClient(std::uint16_t port, const TlsClientOptions& options)
    : descriptor_(ConnectTo(port)), context_(SSL_CTX_new(TLS_client_method())) {
  Configure(*context_, options);
  ssl_.reset(SSL_new(context_.get()));
  BIO* const bio = runtime::NewSocketBio(descriptor_);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set1_host(ssl_.get(), "localhost");
  if (!options.protocol.empty()) {
    const std::string offered =
        std::string(1, static_cast<char>(options.protocol.size())) + options.protocol;
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(offered.data()),
                        static_cast<unsigned>(offered.size()));
  }
  ERR_clear_error();
  connected_ = SSL_connect(ssl_.get()) == 1;
  if (!connected_) error_ = runtime::TakeOpenSslError();
}

TlsTestClient::~TlsTestClient() { close(descriptor_); }

std::string TlsTestClient::version() const { return SSL_get_version(ssl_.get()); }
std::string TlsTestClient::suite() const { return SSL_get_cipher_name(ssl_.get()); }

std::string TlsTestClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return std::string(reinterpret_cast<const char*>(name), size);
}

std::string TlsTestClient::subject() const {
  X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
  return certificate == nullptr ? "" : runtime::NamesOf(*certificate).front();
}

void TlsTestClient::Send(std::string_view bytes) {
  std::size_t count = 0;
  (void)SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
}

std::string TlsTestClient::ReadUntil(std::string_view text) {
  std::string all;
  char part[4096];
  std::size_t count = 0;
  while (all.find(text) == std::string::npos) {
    if (SSL_read_ex(ssl_.get(), part, sizeof part, &count) != 1) break;
    all.append(part, count);
  }
  return all;
}

bool TlsTestClient::WaitClosed() {
  char part[4096];
  std::size_t count = 0;
  ERR_clear_error();
  int result = 1;
  while ((result = SSL_read_ex(ssl_.get(), part, sizeof part, &count)) == 1) {
  }
  const bool is_clean = SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN;
  if (!is_clean) error_ = runtime::TakeOpenSslError();
  return is_clean;
}

void TlsTestClient::Cut() { (void)shutdown(descriptor_, SHUT_RDWR); }

}  // namespace citylayers::test
