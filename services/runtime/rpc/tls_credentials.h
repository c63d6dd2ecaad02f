// gRPC's credentials for TLS: of the server, and of calls to other processes.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_TLS_CREDENTIALS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_TLS_CREDENTIALS_H_

#include <memory>
#include <string>
#include <string_view>

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include "services/runtime/tls/tls_settings.h"
#include "services/runtime/tls/tls_source.h"

namespace citylayers::runtime {

/// Credentials of a server whose new connections use what `source` has at that time; open ones are
/// not touched. TLS 1.2 and 1.3 with the suites of gRPC (ECDHE with AES-GCM or ChaCha20-Poly1305),
/// ALPN h2. `source` must outlive the server.
std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const TlsSource& source);

/// Credentials of calls to another process: its certificate must be of an authority of the files
/// and name the host that is called. The files are read again when they change. REQUIRES:
/// CheckBackendTlsFiles.
std::shared_ptr<grpc::ChannelCredentials> MakeBackendCredentials(const BackendTlsFiles& files);

/// Credentials of the self probe, which checks no certificate.
std::shared_ptr<grpc::ChannelCredentials> MakeProbeCredentials(const TlsSource& source);

/// The address of a backend, as `backends.*` has it.
struct BackendAddress {
  std::string target;    // without the scheme
  bool has_tls = false;  // it was "https://HOST:PORT"
};
BackendAddress ParseBackend(std::string_view text);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_TLS_CREDENTIALS_H_
