// The reason why a connection to a server fails.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_TLS_DIAGNOSIS_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_TLS_DIAGNOSIS_H_

#include <string>

#include "absl/time/time.h"

#include "citylayers/client/tls.h"

namespace citylayers::cli {

/// Connects once more to `server` (HOST:PORT), with or without TLS as the failed connection did,
/// and returns in one sentence what is wrong and what to do: the certificate has expired, is of an
/// unknown authority or of another host, the server needs a client certificate, speaks no TLS, or
/// only TLS. Empty: nothing of that kind, such as a port without a server. gRPC itself reports most
/// of these as a socket that closed. Sends no key. Takes at most about
/// `timeout` per step.
std::string DiagnoseConnection(const std::string& server, bool with_tls,
                               const client::TlsFiles& files, absl::Duration timeout);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_TLS_DIAGNOSIS_H_
