#include "tests/support/test_certificates.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "services/runtime/tls/openssl_ptr.h"

namespace citylayers::test {
namespace {

using runtime::BioOf;
using runtime::BioPtr;
using runtime::CertificatePtr;
using runtime::KeyPtr;
using runtime::TextOf;

// A test without its certificate proves nothing.
void Require(bool good) {
  if (good) return;
  std::fprintf(stderr, "OpenSSL: %s\n", runtime::TakeOpenSslError().c_str());
  std::abort();
}

void AddExtension(X509& certificate, X509& issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  Require(extension != nullptr && X509_add_ext(&certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

CertificatePtr NewCertificate(const CertificateSpec& spec, EVP_PKEY& key) {
  CertificatePtr certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  std::uint64_t serial = 0;
  Require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), absl::ToTimeT(spec.not_before));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), absl::ToTimeT(spec.not_after));
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  for (std::size_t i = 0; i + 1 < spec.subject.size(); i += 2) {
    Require(X509_NAME_add_entry_by_txt(
                name, spec.subject[i].c_str(), MBSTRING_UTF8,
                reinterpret_cast<const unsigned char*>(spec.subject[i + 1].c_str()), -1, -1,
                0) == 1);
  }
  Require(X509_set_pubkey(certificate.get(), &key) == 1);
  return certificate;
}

TestIdentity ToTexts(X509& certificate, EVP_PKEY& key) {
  const BioPtr certificate_text(BIO_new(BIO_s_mem()));
  const BioPtr key_text(BIO_new(BIO_s_mem()));
  Require(PEM_write_bio_X509(certificate_text.get(), &certificate) == 1);
  Require(PEM_write_bio_PKCS8PrivateKey(key_text.get(), &key, nullptr, nullptr, 0, nullptr,
                                        nullptr) == 1);
  return {TextOf(*certificate_text), TextOf(*key_text)};
}

TestIdentity SelfSigned(const CertificateSpec& spec, EVP_PKEY& key, bool is_authority) {
  const CertificatePtr certificate = NewCertificate(spec, key);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  if (is_authority) {
    AddExtension(*certificate, *certificate, NID_basic_constraints, "critical,CA:TRUE");
  }
  Require(X509_sign(certificate.get(), &key, EVP_sha256()) != 0);
  return ToTexts(*certificate, key);
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  own_ = SelfSigned({.subject = {"CN", name}, .alternative_names = {}}, *key, true);
}

TestAuthority::~TestAuthority() = default;

TestIdentity TestAuthority::Issue(const CertificateSpec& spec) const {
  const BioPtr issuer_text = BioOf(own_.certificate);
  const BioPtr issuer_key_text = BioOf(own_.key);
  const CertificatePtr issuer(PEM_read_bio_X509(issuer_text.get(), nullptr, nullptr, nullptr));
  const KeyPtr issuer_key(
      PEM_read_bio_PrivateKey(issuer_key_text.get(), nullptr, nullptr, nullptr));
  const KeyPtr key(EVP_EC_gen("P-256"));
  const CertificatePtr certificate = NewCertificate(spec, *key);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  if (!spec.alternative_names.empty()) {
    AddExtension(*certificate, *issuer, NID_subject_alt_name, spec.alternative_names);
  }
  Require(X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) != 0);
  return ToTexts(*certificate, *key);
}

TestIdentity MakeRsaIdentity(int bits) {
  const KeyPtr key(EVP_RSA_gen(static_cast<unsigned>(bits)));
  return SelfSigned({}, *key, false);
}

void WriteSecret(const std::string& path, const std::string& text) {
  const std::string next = path + ".next";
  std::ofstream(next) << text;
  Require(::chmod(next.c_str(), 0600) == 0 && std::rename(next.c_str(), path.c_str()) == 0);
}

runtime::TlsSettings WriteServerFiles(const std::string& directory, const TestAuthority& authority,
                                      const TestIdentity& identity) {
  const runtime::TlsSettings files{.certificate_file = directory + "/tls.crt",
                                   .key_file = directory + "/tls.key",
                                   .client_ca_file = directory + "/ca.crt"};
  WriteSecret(files.certificate_file, identity.certificate);
  WriteSecret(files.key_file, identity.key);
  WriteSecret(files.client_ca_file, authority.certificate());
  return files;
}

}  // namespace citylayers::test
