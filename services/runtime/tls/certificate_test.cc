#include "services/runtime/tls/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "base/strings.h"
#include "services/runtime/tls/openssl_ptr.h"
#include "services/runtime/tls/server_context.h"
#include "tests/support/test_certificates.h"

namespace citylayers::runtime {
namespace {

using test::TestAuthority;
using test::TestIdentity;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const TlsSources kSources = {"tls.certificate_file: /c", "tls.key_file: /k",
                             "tls.client_ca_file: /a"};

TlsTexts TextsOf(const TestIdentity& identity) {
  return {.certificate = identity.certificate, .key = identity.key, .client_ca = {}};
}

std::string ErrorOf(const TlsTexts& texts) {
  const absl::Status status = CheckTlsTexts(texts, kSources, absl::Now()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  return std::string(ToStd(status.message()));
}

TEST(CheckTlsTexts, AChainIsValidAsLongAsAllOfIt) {
  const TestAuthority authority;
  const absl::Time end = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()) + 3600);
  const TestIdentity own = authority.Issue({.not_after = end});
  const TestIdentity longer = authority.Issue();
  const auto facts =
      CheckTlsTexts({.certificate = longer.certificate + own.certificate, .key = longer.key},
                    kSources, absl::Now());
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->subject, "CN=localhost");
  EXPECT_EQ(facts->not_after, end);
}

TEST(CheckTlsTexts, ACertificateOutsideItsTimeIsNamedWithTheDate) {
  const TestAuthority authority;
  const absl::Time now = absl::Now();
  EXPECT_THAT(
      ErrorOf(TextsOf(authority.Issue({.not_after = absl::FromUnixSeconds(1'700'000'000)}))),
      AllOf(HasSubstr("tls.certificate_file: /c has the certificate CN=localhost"),
            HasSubstr("expired at 2023-11-14T22:13:20.000Z: renew it")));
  EXPECT_THAT(ErrorOf(TextsOf(authority.Issue({.not_before = now + absl::Hours(1)}))),
              AllOf(HasSubstr("is not valid before"), HasSubstr("the clock of this machine")));
}

TEST(CheckTlsTexts, FilesThatDoNotBelongTogetherAreNamed) {
  const TestAuthority authority;
  const TestIdentity first = authority.Issue();
  const TestIdentity second = authority.Issue({.subject = {"CN", "other"}});
  EXPECT_THAT(ErrorOf({.certificate = first.certificate, .key = second.key}),
              AllOf(HasSubstr("tls.key_file: /k has the key of another certificate"),
                    HasSubstr("give the two files that belong together")));
  EXPECT_THAT(ErrorOf({.certificate = first.certificate + second.certificate, .key = second.key}),
              HasSubstr("has the server's own certificate (CN=other) not first"));
}

TEST(CheckTlsTexts, WhatIsNotPemIsNamedWithoutShowingIt) {
  const TestIdentity own = TestAuthority().Issue();
  EXPECT_THAT(ErrorOf({.certificate = "hunter2", .key = own.key}),
              AllOf(HasSubstr("has no certificate in PEM form"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(ErrorOf({.certificate = own.certificate, .key = "hunter2"}),
              AllOf(HasSubstr("tls.key_file: /k has no private key"), Not(HasSubstr("hunter2"))));
  std::string damaged = own.certificate;
  damaged[damaged.size() / 2] = '!';
  EXPECT_THAT(ErrorOf({.certificate = damaged, .key = own.key}),
              HasSubstr("has a damaged certificate"));
}

TEST(CheckTlsTexts, AKeyWithAPassphraseIsRefused) {
  const TestIdentity own = TestAuthority().Issue();
  const BioPtr text = BioOf(own.key);
  const KeyPtr key(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
  const BioPtr encrypted(BIO_new(BIO_s_mem()));
  ASSERT_EQ(PEM_write_bio_PKCS8PrivateKey(encrypted.get(), key.get(), EVP_aes_256_cbc(), "secret",
                                          6, nullptr, nullptr),
            1);
  EXPECT_THAT(ErrorOf({.certificate = own.certificate, .key = TextOf(*encrypted)}),
              AllOf(HasSubstr("has a key with a passphrase"), HasSubstr("openssl pkey")));
}

TEST(CheckTlsTexts, OneAuthorityOfClientsMustBeValid) {
  const TestAuthority authority;
  const TestIdentity own = authority.Issue();
  const TestIdentity old = authority.Issue({.not_after = absl::Now() - absl::Seconds(1)});
  TlsTexts texts = TextsOf(own);
  texts.client_ca = old.certificate;
  EXPECT_THAT(ErrorOf(texts), HasSubstr("tls.client_ca_file: /a has no authority that is valid"));
  texts.client_ca += authority.certificate();
  EXPECT_TRUE(CheckTlsTexts(texts, kSources, absl::Now()).ok());
}

TEST(MakeServerContext, RefusesAWeakKey) {
  EXPECT_TRUE(
      MakeServerContext(TextsOf(test::MakeRsaIdentity(2048)), ClientCertificates::kNone).ok());
  EXPECT_THAT(
      ToStd(MakeServerContext(TextsOf(test::MakeRsaIdentity(1024)), ClientCertificates::kNone)
                .status()
                .message()),
      HasSubstr("key too small"));
}

TEST(NamesOf, AreTheSubjectAndTheNamesOfHostsAndAddresses) {
  const TestIdentity identity = TestAuthority().Issue(
      {.subject = {"O", "Thành phố", "CN", "gateway-7, a"},
       .alternative_names = "DNS:gw7.example.org,URI:spiffe://city/gw7,IP:10.0.0.7"});
  const BioPtr text = BioOf(identity.certificate);
  const CertificatePtr certificate(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  EXPECT_THAT(NamesOf(*certificate), ElementsAre("CN=gateway-7\\, a,O=Th\\C3\\A0nh ph\\E1\\BB\\91",
                                                 "DNS:gw7.example.org", "URI:spiffe://city/gw7"));
}

}  // namespace
}  // namespace citylayers::runtime
