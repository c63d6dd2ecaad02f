#include "services/runtime/rpc/tls_credentials.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include "base/strings.h"

namespace citylayers::runtime {
namespace {

namespace tls = grpc::experimental;

constexpr unsigned kBackendFilesPollS = 10;

grpc_ssl_client_certificate_request_type RequestOf(ClientCertificates clients) {
  switch (clients) {
    case ClientCertificates::kNone:
      break;
    case ClientCertificates::kOptional:
      return GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
    case ClientCertificates::kRequired:
      return GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
  }
  return GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
}

// gRPC asks for the certificate at the start of each handshake. Its certificate providers do not
// serve here: the one for files reads key and certificate one after the other, so that it may take
// a pair that does not belong together, and takes one that has expired.
class ReloadedCredentials final : public grpc::ServerCredentials {
 public:
  explicit ReloadedCredentials(const TlsSource& source)
      : source_(source),
        credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(
                RequestOf(source.settings().clients), Fetch, this))) {}
  ~ReloadedCredentials() override { grpc_server_credentials_release(credentials_); }

  // For authentication by gRPC itself, which happens in the call adapter here.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  // Called by one thread at a time.
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    auto* const credentials = static_cast<ReloadedCredentials*>(self);
    const std::shared_ptr<const TlsSnapshot> snapshot = credentials->source_.Current();
    if (credentials->number_ == snapshot->number) {
      return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    }
    const TlsTexts& texts = snapshot->texts;
    const grpc_ssl_pem_key_cert_pair pair = {texts.key.c_str(), texts.certificate.c_str()};
    // gRPC asserts that there are authorities, even for a server that asks for no certificates.
    const std::string& authorities = texts.client_ca.empty() ? texts.certificate : texts.client_ca;
    *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
    credentials->number_ = snapshot->number;
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const TlsSource& source_;
  std::optional<std::uint64_t> number_;  // of the snapshot that gRPC has
  grpc_server_credentials* const credentials_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const TlsSource& source) {
  return std::make_shared<ReloadedCredentials>(source);
}

std::shared_ptr<grpc::ChannelCredentials> MakeBackendCredentials(const BackendTlsFiles& files) {
  const bool has_identity = !files.certificate_file.empty();
  tls::TlsChannelCredentialsOptions options;
  if (has_identity || !files.ca_file.empty()) {
    options.set_certificate_provider(std::make_shared<tls::FileWatcherCertificateProvider>(
        files.key_file, files.certificate_file, files.ca_file, kBackendFilesPollS));
  }
  // Otherwise gRPC takes the authorities of the system.
  if (!files.ca_file.empty()) options.watch_root_certs();
  if (has_identity) options.watch_identity_key_cert_pairs();
  options.set_certificate_verifier(std::make_shared<tls::HostNameCertificateVerifier>());
  return tls::TlsCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> MakeProbeCredentials(const TlsSource& source) {
  const TlsTexts& own = source.probe();
  const std::vector<tls::IdentityKeyCertPair> identity = {
      {.private_key = own.key, .certificate_chain = own.certificate}};
  tls::TlsChannelCredentialsOptions options;
  // gRPC needs some authority even when it checks none.
  options.set_certificate_provider(
      std::make_shared<tls::StaticDataCertificateProvider>(own.certificate, identity));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  options.set_certificate_verifier(std::make_shared<tls::NoOpCertificateVerifier>());
  return tls::TlsCredentials(options);
}

BackendAddress ParseBackend(std::string_view text) {
  constexpr std::string_view kScheme = "https://";
  if (!absl::StartsWithIgnoreCase(ToAbsl(text), ToAbsl(kScheme))) return {std::string(text), false};
  text.remove_prefix(kScheme.size());
  while (text.ends_with('/')) text.remove_suffix(1);
  return {std::string(text), true};
}

}  // namespace citylayers::runtime
