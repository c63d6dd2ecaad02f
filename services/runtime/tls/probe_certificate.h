// The certificate by which a process calls its own ports.
#ifndef CITYLAYERS_SERVICES_RUNTIME_TLS_PROBE_CERTIFICATE_H_
#define CITYLAYERS_SERVICES_RUNTIME_TLS_PROBE_CERTIFICATE_H_

#include "absl/status/statusor.h"

#include "services/runtime/tls/certificate.h"

namespace citylayers::runtime {

/// A new key, which exists only in this process, with a certificate signed by itself. The ports
/// accept it as a client's, so that the self probe passes where clients need a certificate; no API
/// key can have its name. INTERNAL: OpenSSL fails.
absl::StatusOr<TlsTexts> MakeProbeCertificate();

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_TLS_PROBE_CERTIFICATE_H_
