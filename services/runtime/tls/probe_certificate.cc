#include "services/runtime/tls/probe_certificate.h"

#include <openssl/pem.h>
#include <openssl/rand.h>

#include "base/strings.h"
#include "services/runtime/tls/openssl_ptr.h"

namespace citylayers::runtime {
namespace {

constexpr unsigned char kName[] = "citylayersd self probe";
constexpr long kDayS = 86'400;
constexpr long kDays = 3'650;  // a process does not run for longer

bool Sign(X509& certificate, EVP_PKEY& key) {
  std::uint64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
  X509_NAME* const name = X509_get_subject_name(&certificate);
  return X509_set_version(&certificate, X509_VERSION_3) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(&certificate), serial >> 1) == 1 &&
         // The clocks of a process may be set back.
         X509_gmtime_adj(X509_getm_notBefore(&certificate), -kDays * kDayS) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(&certificate), kDays * kDayS) != nullptr &&
         X509_set_pubkey(&certificate, &key) == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, kName, -1, -1, 0) == 1 &&
         X509_set_issuer_name(&certificate, name) == 1 &&
         X509_sign(&certificate, &key, EVP_sha256()) != 0;
}

}  // namespace

absl::StatusOr<TlsTexts> MakeProbeCertificate() {
  ERR_clear_error();
  const KeyPtr key(EVP_EC_gen("P-256"));
  const CertificatePtr certificate(X509_new());
  const BioPtr certificate_text(BIO_new(BIO_s_mem()));
  const BioPtr key_text(BIO_new(BIO_s_mem()));
  if (key == nullptr || certificate == nullptr || !Sign(*certificate, *key) ||
      PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1) {
    return absl::InternalError(
        StrCat("cannot make the certificate of the self probe: ", TakeOpenSslError()));
  }
  return TlsTexts{.certificate = TextOf(*certificate_text), .key = TextOf(*key_text)};
}

}  // namespace citylayers::runtime
