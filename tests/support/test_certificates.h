// Certificates made at the time of a test.
#ifndef CITYLAYERS_TESTS_SUPPORT_TEST_CERTIFICATES_H_
#define CITYLAYERS_TESTS_SUPPORT_TEST_CERTIFICATES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "services/runtime/tls/tls_settings.h"

namespace citylayers::test {

/// A certificate and its key, in PEM form.
struct TestIdentity {
  std::string certificate;
  std::string key;
};

struct CertificateSpec {
  /// Pairs of the subject, from the root down: {"O", "City", "CN", "gateway-7"}.
  std::vector<std::string> subject = {"CN", "localhost"};
  /// As OpenSSL's configuration writes them; empty: none.
  std::string alternative_names = "DNS:localhost,IP:127.0.0.1";
  absl::Time not_before = absl::Now() - absl::Hours(1);
  absl::Time not_after = absl::Now() + absl::Hours(24 * 90);
};

/// A certificate authority with a P-256 key.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "Test authority");
  ~TestAuthority();

  /// Its own certificate.
  const std::string& certificate() const { return own_.certificate; }
  TestIdentity Issue(const CertificateSpec& spec = {}) const;

 private:
  TestIdentity own_;
};

/// A self-signed certificate with an RSA key of `bits`.
TestIdentity MakeRsaIdentity(int bits);

/// Writes a file that only its owner can read, replacing an existing one by rename.
void WriteSecret(const std::string& path, const std::string& text);

/// Writes the files of a server's identity, and of the authority of its clients, into a directory;
/// returns the settings that name them.
runtime::TlsSettings WriteServerFiles(const std::string& directory, const TestAuthority& authority,
                                      const TestIdentity& identity);

}  // namespace citylayers::test

#endif  // CITYLAYERS_TESTS_SUPPORT_TEST_CERTIFICATES_H_
