// The options `tls.*`.
#ifndef CITYLAYERS_SERVICES_RUNTIME_TLS_TLS_SETTINGS_H_
#define CITYLAYERS_SERVICES_RUNTIME_TLS_TLS_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/runtime/config/config.h"
#include "services/runtime/tls/certificate.h"
#include "services/runtime/tls/server_context.h"

namespace citylayers::runtime {

std::vector<Option> TlsOptions();

/// TLS of this process's ports.
struct TlsSettings {
  std::string certificate_file;  // empty: the ports are without TLS
  std::string key_file;
  std::string client_ca_file;
  ClientCertificates clients = ClientCertificates::kNone;
  absl::Duration poll_period = absl::Seconds(2);
  absl::Duration handshake_timeout = absl::Seconds(10);
  absl::Duration hsts = absl::ZeroDuration();  // max-age; zero: no header

  bool is_on() const { return !certificate_file.empty(); }
  /// The header line of HTTPS answers; empty: none.
  std::string HstsHeader() const;
};

/// How this process checks the servers of other processes, and what it shows to them.
struct BackendTlsFiles {
  std::string ca_file;           // empty: the system's authorities
  std::string certificate_file;  // empty: no certificate
  std::string key_file;
};

/// INVALID_ARGUMENT: a file without the one that belongs to it, or client certificates that are
/// required without an authority. Reads no file.
absl::StatusOr<TlsSettings> ReadTlsSettings(const Config& config);
absl::StatusOr<BackendTlsFiles> ReadBackendTlsFiles(const Config& config);

/// Reads the three files of a port, or the two of a client, and checks them. FAILED_PRECONDITION:
/// as ReadOptionFile (64 KiB for a certificate or key, 1 MiB for authorities) and CheckTlsTexts.
struct TlsLoad {
  TlsTexts texts;
  ChainFacts facts;
};
absl::StatusOr<TlsLoad> LoadTlsFiles(const TlsSettings& settings, absl::Time now);
/// The same for calls to other processes: checks what is there.
absl::Status CheckBackendTlsFiles(const BackendTlsFiles& files, absl::Time now);

/// All checks of the options `tls.*` and of their files. Errors as the functions above.
absl::Status CheckTls(const Config& config, absl::Time now);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_TLS_TLS_SETTINGS_H_
