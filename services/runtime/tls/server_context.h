// OpenSSL's settings of a server port.
#ifndef CITYLAYERS_SERVICES_RUNTIME_TLS_SERVER_CONTEXT_H_
#define CITYLAYERS_SERVICES_RUNTIME_TLS_SERVER_CONTEXT_H_

#include <memory>

#include "absl/status/statusor.h"

#include "services/runtime/tls/certificate.h"

struct ssl_ctx_st;

namespace citylayers::runtime {

/// Whether clients send a certificate. One that is sent is always verified.
enum class ClientCertificates { kNone, kOptional, kRequired };

/// A context for HTTP/1.1 over TLS 1.2 and 1.3, which new connections share; immutable. TLS 1.2
/// has only suites with forward secrecy and authenticated encryption (ECDHE with AES-GCM or
/// ChaCha20-Poly1305), in the order of the server. Compression and renegotiation are off. ALPN:
/// http/1.1; a client that offers only other protocols is refused. Sessions are resumed by tickets,
/// whose keys live as long as the context. FAILED_PRECONDITION: OpenSSL refuses the texts, such as
/// a key that is too short. REQUIRES: CheckTlsTexts accepts the texts.
absl::StatusOr<std::shared_ptr<ssl_ctx_st>> MakeServerContext(const TlsTexts& texts,
                                                              ClientCertificates clients);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_TLS_SERVER_CONTEXT_H_
