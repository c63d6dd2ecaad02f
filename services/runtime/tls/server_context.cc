#include "services/runtime/tls/server_context.h"

#include <string_view>

#include <openssl/pem.h>

#include "base/strings.h"
#include "services/runtime/tls/openssl_ptr.h"

namespace citylayers::runtime {
namespace {

// AES with 128 bits comes first: it is as safe in practice, and takes less processor time.
constexpr char kSuites12[] = "ECDHE+AES128+AESGCM:ECDHE+AES256+AESGCM:ECDHE+CHACHA20";
constexpr char kSuites13[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr std::string_view kHttp11 = "http/1.1";
constexpr unsigned char kSessionContext[] = "citylayers";

int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                   const unsigned char* offered, unsigned offered_size, void*) {
  for (unsigned i = 0; i < offered_size; i += 1u + offered[i]) {
    const std::string_view protocol(reinterpret_cast<const char*>(offered + i + 1), offered[i]);
    if (protocol != kHttp11) continue;
    *chosen = offered + i + 1;
    *chosen_size = offered[i];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool UseCertificates(SSL_CTX& context, const TlsTexts& texts) {
  const BioPtr chain = BioOf(texts.certificate);
  const CertificatePtr own(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  if (own == nullptr || SSL_CTX_use_certificate(&context, own.get()) != 1) return false;
  while (X509* const next = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
    // Takes ownership only when it succeeds.
    if (SSL_CTX_add0_chain_cert(&context, next) != 1) {
      X509_free(next);
      return false;
    }
  }
  ERR_clear_error();  // the end of the text is one
  const BioPtr text = BioOf(texts.key);
  const KeyPtr key(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
  return key != nullptr && SSL_CTX_use_PrivateKey(&context, key.get()) == 1;
}

bool UseAuthorities(SSL_CTX& context, const std::string& pem) {
  const BioPtr text = BioOf(pem);
  while (X509* const next = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
    const CertificatePtr authority(next);
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(&context), authority.get()) != 1 ||
        SSL_CTX_add_client_CA(&context, authority.get()) != 1) {
      return false;
    }
  }
  ERR_clear_error();
  return true;
}

}  // namespace

absl::StatusOr<std::shared_ptr<SSL_CTX>> MakeServerContext(const TlsTexts& texts,
                                                           ClientCertificates clients) {
  ERR_clear_error();
  SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  const auto refused = [] {
    return absl::FailedPreconditionError(
        StrCat("OpenSSL refuses the certificate or its key: ", TakeOpenSslError()));
  };
  if (context == nullptr || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(context.get(), kSuites12) != 1 ||
      SSL_CTX_set_ciphersuites(context.get(), kSuites13) != 1 ||
      !UseCertificates(*context, texts)) {
    return refused();
  }
  SSL_CTX_set_options(context.get(), SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                         SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // An idle connection keeps no buffers, and a write takes as much as the socket does.
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context.get(), 1);  // a record in one read, not in two
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);  // tickets need none
  SSL_CTX_set_session_id_context(context.get(), kSessionContext, sizeof kSessionContext - 1);
  SSL_CTX_set_alpn_select_cb(context.get(), ChooseProtocol, nullptr);
  if (clients != ClientCertificates::kNone) {
    if (!UseAuthorities(*context, texts.client_ca)) return refused();
    const bool is_required = clients == ClientCertificates::kRequired;
    SSL_CTX_set_verify(context.get(),
                       SSL_VERIFY_PEER | (is_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                       nullptr);
  }
  // Shared: connections use it for as long as they are open, and the next ones may have another.
  return std::shared_ptr<SSL_CTX>(std::move(context));
}

}  // namespace citylayers::runtime
