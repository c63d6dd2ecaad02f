#include "services/runtime/tls/tls_settings.h"

#include <string_view>

#include "base/option_file.h"
#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::runtime {
namespace {

constexpr std::string_view kCertificateFile = "tls.certificate_file";
constexpr std::string_view kKeyFile = "tls.key_file";
constexpr std::string_view kClientCaFile = "tls.client_ca_file";
constexpr std::string_view kBackendCaFile = "tls.backend_ca_file";
constexpr std::string_view kBackendCertificateFile = "tls.backend_certificate_file";
constexpr std::string_view kBackendKeyFile = "tls.backend_key_file";

constexpr std::size_t kChainBytesMax = 64 << 10;
constexpr std::size_t kAuthoritiesBytesMax = 1 << 20;

std::string Source(std::string_view option, const std::string& path) {
  return StrCat(option, ": ", path);
}

absl::StatusOr<std::string> ReadChain(std::string_view option, const std::string& path) {
  return ReadOptionFile(path, {.option = option,
                               .bytes_max = kChainBytesMax,
                               .is_secret = false,
                               .content = "it should have one certificate and those that lead to "
                                          "its authority"});
}

absl::StatusOr<std::string> ReadKey(std::string_view option, const std::string& path) {
  return ReadOptionFile(
      path,
      {.option = option, .bytes_max = kChainBytesMax, .content = "it should have one private key"});
}

absl::StatusOr<std::string> ReadAuthorities(std::string_view option, const std::string& path) {
  return ReadOptionFile(path, {.option = option,
                               .bytes_max = kAuthoritiesBytesMax,
                               .is_secret = false,
                               .content = "it should have the certificates of authorities"});
}

// A certificate and its key are given together.
absl::Status CheckPair(const Config& config, std::string_view certificate, std::string_view key) {
  const bool has_certificate = !config.GetString(certificate).empty();
  if (has_certificate != config.GetString(key).empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(has_certificate ? StrCat(certificate, " is set without ", key)
                                                    : StrCat(key, " is set without ", certificate));
}

}  // namespace

std::vector<Option> TlsOptions() {
  return {
      {std::string(kCertificateFile), OptionType::kString, "",
       "PEM file with the certificate of the gRPC and HTTP ports, followed by those that lead to "
       "its authority; empty: the ports are without TLS. Read again when it changes."},
      {std::string(kKeyFile), OptionType::kString, "",
       "PEM file with the private key of the certificate, without a passphrase. Readable only by "
       "the owner."},
      {std::string(kClientCaFile), OptionType::kString, "",
       "PEM file with the authorities of client certificates; empty: clients send none."},
      {.key = "tls.client_certificates",
       .type = OptionType::kString,
       .default_value = "optional",
       .help = "Whether a client must send a certificate of tls.client_ca_file: optional or "
               "required.",
       .choices = {"optional", "required"}},
      {"tls.poll", OptionType::kDuration, "2s",
       "Interval at which the TLS files are checked for a change.", 0.05, 3600},
      {"tls.handshake_timeout", OptionType::kDuration, "10s",
       "Maximum time of a TLS handshake; then the connection is closed.", 0.1, 600},
      {"tls.hsts", OptionType::kDuration, "8760h",
       "Time for which browsers that used HTTPS once refuse to use HTTP with the same host "
       "(Strict-Transport-Security); 0: not sent.",
       0, 63072000},
      {std::string(kBackendCaFile), OptionType::kString, "",
       "PEM file with the authorities by which the servers of https backends are checked; empty: "
       "those of the system."},
      {std::string(kBackendCertificateFile), OptionType::kString, "",
       "PEM file with the certificate that this process shows to https backends; empty: none."},
      {std::string(kBackendKeyFile), OptionType::kString, "",
       "PEM file with the private key of tls.backend_certificate_file. Readable only by the "
       "owner."},
  };
}

std::string TlsSettings::HstsHeader() const {
  if (hsts <= absl::ZeroDuration()) return "";
  return StrCat("Strict-Transport-Security: max-age=", absl::ToInt64Seconds(hsts), "\r\n");
}

absl::StatusOr<TlsSettings> ReadTlsSettings(const Config& config) {
  RETURN_IF_ERROR(CheckPair(config, kCertificateFile, kKeyFile));
  TlsSettings settings{.certificate_file = config.GetString(kCertificateFile),
                       .key_file = config.GetString(kKeyFile),
                       .client_ca_file = config.GetString(kClientCaFile),
                       .poll_period = config.GetDuration("tls.poll"),
                       .handshake_timeout = config.GetDuration("tls.handshake_timeout"),
                       .hsts = config.GetDuration("tls.hsts")};
  const bool is_required = config.GetString("tls.client_certificates") == "required";
  if (!settings.client_ca_file.empty()) {
    if (!settings.is_on()) {
      return absl::InvalidArgumentError(
          StrCat(kClientCaFile, " is set without ", kCertificateFile));
    }
    settings.clients = is_required ? ClientCertificates::kRequired : ClientCertificates::kOptional;
  } else if (is_required) {
    return absl::InvalidArgumentError(StrCat("tls.client_certificates is required without ",
                                             kClientCaFile, ", by which they are checked"));
  }
  return settings;
}

absl::StatusOr<BackendTlsFiles> ReadBackendTlsFiles(const Config& config) {
  RETURN_IF_ERROR(CheckPair(config, kBackendCertificateFile, kBackendKeyFile));
  return BackendTlsFiles{.ca_file = config.GetString(kBackendCaFile),
                         .certificate_file = config.GetString(kBackendCertificateFile),
                         .key_file = config.GetString(kBackendKeyFile)};
}

absl::StatusOr<TlsLoad> LoadTlsFiles(const TlsSettings& settings, absl::Time now) {
  TlsLoad load;
  ASSIGN_OR_RETURN(load.texts.certificate, ReadChain(kCertificateFile, settings.certificate_file));
  ASSIGN_OR_RETURN(load.texts.key, ReadKey(kKeyFile, settings.key_file));
  if (!settings.client_ca_file.empty()) {
    ASSIGN_OR_RETURN(load.texts.client_ca, ReadAuthorities(kClientCaFile, settings.client_ca_file));
    // Otherwise an empty file would count as none.
    if (load.texts.client_ca.empty()) {
      return absl::FailedPreconditionError(
          StrCat(Source(kClientCaFile, settings.client_ca_file), " is empty"));
    }
  }
  ASSIGN_OR_RETURN(
      load.facts, CheckTlsTexts(load.texts,
                                {.certificate = Source(kCertificateFile, settings.certificate_file),
                                 .key = Source(kKeyFile, settings.key_file),
                                 .client_ca = Source(kClientCaFile, settings.client_ca_file)},
                                now));
  return load;
}

absl::Status CheckBackendTlsFiles(const BackendTlsFiles& files, absl::Time now) {
  if (!files.ca_file.empty()) {
    ASSIGN_OR_RETURN(const std::string pem, ReadAuthorities(kBackendCaFile, files.ca_file));
    RETURN_IF_ERROR(CheckAuthorities(pem, Source(kBackendCaFile, files.ca_file), now));
  }
  if (files.certificate_file.empty()) return absl::OkStatus();
  TlsTexts texts;
  ASSIGN_OR_RETURN(texts.certificate, ReadChain(kBackendCertificateFile, files.certificate_file));
  ASSIGN_OR_RETURN(texts.key, ReadKey(kBackendKeyFile, files.key_file));
  return CheckTlsTexts(texts,
                       {.certificate = Source(kBackendCertificateFile, files.certificate_file),
                        .key = Source(kBackendKeyFile, files.key_file),
                        .client_ca = {}},
                       now)
      .status();
}

absl::Status CheckTls(const Config& config, absl::Time now) {
  ASSIGN_OR_RETURN(const TlsSettings settings, ReadTlsSettings(config));
  if (settings.is_on()) {
    ASSIGN_OR_RETURN(const TlsLoad load, LoadTlsFiles(settings, now));
    RETURN_IF_ERROR(MakeServerContext(load.texts, settings.clients).status());
  }
  ASSIGN_OR_RETURN(const BackendTlsFiles backends, ReadBackendTlsFiles(config));
  return CheckBackendTlsFiles(backends, now);
}

}  // namespace citylayers::runtime
