#include "services/runtime/tls/https_probe.h"

#include <string_view>

#include <openssl/pem.h>
#include <unistd.h>

#include "base/strings.h"
#include "services/runtime/self_probe.h"
#include "services/runtime/tls/openssl_ptr.h"
#include "services/runtime/tls/socket_bio.h"

namespace citylayers::runtime {
namespace {

absl::Status Failed(std::string_view what) {
  return absl::UnavailableError(StrCat(what, ": ", TakeOpenSslError()));
}

absl::Status Exchange(SSL& ssl) {
  if (SSL_connect(&ssl) != 1) return Failed("TLS handshake");
  std::size_t count = 0;
  if (SSL_write_ex(&ssl, kProbeRequest.data(), kProbeRequest.size(), &count) != 1) {
    return Failed("send");
  }
  std::string answer;
  while (answer.size() < kProbeAnswer.size()) {
    char part[32];
    if (SSL_read_ex(&ssl, part, kProbeAnswer.size() - answer.size(), &count) != 1) {
      return Failed("receive");
    }
    answer.append(part, count);
  }
  return answer == kProbeAnswer ? absl::OkStatus()
                                : absl::UnavailableError("the answer is not 200");
}

}  // namespace

absl::Status ProbeHttps(const std::string& host, std::uint16_t port, const TlsTexts& own,
                        absl::Duration timeout) {
  ERR_clear_error();
  const SslContextPtr context(SSL_CTX_new(TLS_client_method()));
  const BioPtr certificate_text = BioOf(own.certificate);
  const BioPtr key_text = BioOf(own.key);
  const CertificatePtr certificate(
      PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
  const KeyPtr key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (context == nullptr || SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    return Failed("certificate of the self probe");
  }
  const absl::StatusOr<int> descriptor = ConnectToSelf(host, port, timeout);
  if (!descriptor.ok()) return descriptor.status();
  absl::Status status = absl::OkStatus();
  {
    const SslPtr ssl(SSL_new(context.get()));
    BIO* const bio = NewSocketBio(*descriptor);
    SSL_set_bio(ssl.get(), bio, bio);
    status = Exchange(*ssl);
  }
  close(*descriptor);
  return status;
}

}  // namespace citylayers::runtime
