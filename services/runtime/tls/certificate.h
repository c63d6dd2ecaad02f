// Checks of certificates and keys in PEM form, before a port uses them.
#ifndef CITYLAYERS_SERVICES_RUNTIME_TLS_CERTIFICATE_H_
#define CITYLAYERS_SERVICES_RUNTIME_TLS_CERTIFICATE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct x509_st;

namespace citylayers::runtime {

/// Certificates and keys in PEM form.
struct TlsTexts {
  std::string certificate;  // of the server, then those that lead to its authority
  std::string key;
  std::string client_ca;  // authorities of client certificates; empty: none
};

/// Where the texts come from, for errors: "tls.certificate_file: /etc/city/tls.crt".
struct TlsSources {
  std::string certificate;
  std::string key;
  std::string client_ca;
};

/// The time in which all certificates of a chain are valid.
struct ChainFacts {
  std::string subject;  // of the first certificate: "CN=maps.example.org"
  absl::Time not_before = absl::InfinitePast();
  absl::Time not_after = absl::InfiniteFuture();
};

/// Checks that a server can use the texts at `now`. FAILED_PRECONDITION names the source and what
/// to do: no certificate or key, a damaged one, an encrypted key, a key of another certificate,
/// a certificate of the chain that has expired or is not valid yet (with the date), or authorities
/// of which none is valid. Messages contain no text of a key.
absl::StatusOr<ChainFacts> CheckTlsTexts(const TlsTexts& texts, const TlsSources& sources,
                                         absl::Time now);

/// Checks a list of authorities: at least one certificate, one of them valid at `now`. Errors as
/// above, with `source`.
absl::Status CheckAuthorities(const std::string& pem, const std::string& source, absl::Time now);

/// The names of a certificate, in the form that keys name certificates: the subject as RFC 2253
/// writes it ("CN=gateway-7,O=City"), and the alternative names of hosts ("DNS:gw7.example.org")
/// and addresses ("URI:spiffe://city/gateway-7").
std::vector<std::string> NamesOf(x509_st& certificate);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_TLS_CERTIFICATE_H_
