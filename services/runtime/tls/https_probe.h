// The self probe of an HTTP port with TLS.
#ifndef CITYLAYERS_SERVICES_RUNTIME_TLS_HTTPS_PROBE_H_
#define CITYLAYERS_SERVICES_RUNTIME_TLS_HTTPS_PROBE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/runtime/tls/certificate.h"

namespace citylayers::runtime {

/// As ProbeHttp, over TLS and with the certificate of `own` (TlsSource::probe). The server's
/// certificate is not checked: it need not be valid for a loopback address, and nothing secret is
/// sent. UNAVAILABLE: the message names the step that failed.
absl::Status ProbeHttps(const std::string& host, std::uint16_t port, const TlsTexts& own,
                        absl::Duration timeout);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_TLS_HTTPS_PROBE_H_
