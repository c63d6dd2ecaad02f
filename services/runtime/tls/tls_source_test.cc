#include "services/runtime/tls/tls_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/strings.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace citylayers::runtime {
namespace {

using test::CertificateSpec;
using test::TestIdentity;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FakeClock final : public Clock {
 public:
  absl::Time Now() const override { return now_; }
  void Advance(absl::Duration by) { now_ += by; }

 private:
  absl::Time now_ = absl::Now();
};

class TlsSourceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Write(authority_.Issue({.subject = {"CN", "first"}}));
    auto source = TlsSource::Open(Settings(), metrics_, clock_);
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *std::move(source);
  }
  TlsSettings Settings() const {
    return {.certificate_file = dir_ / "tls.crt", .key_file = dir_ / "tls.key"};
  }
  void Write(const TestIdentity& identity) const {
    test::WriteSecret(dir_ / "tls.crt", identity.certificate);
    test::WriteSecret(dir_ / "tls.key", identity.key);
  }
  // As long as a change may take: the files must be the same twice.
  void PollTwice() {
    source_->Poll();
    source_->Poll();
  }
  std::string Subject() const { return source_->Current()->facts.subject; }

  const test::TempDir dir_;
  const test::TestAuthority authority_;
  Metrics metrics_;
  FakeClock clock_;
  std::unique_ptr<TlsSource> source_;
};

TEST_F(TlsSourceTest, NewFilesAreUsedOnceTheyAreAtRest) {
  const auto before = source_->Current();
  Write(authority_.Issue({.subject = {"CN", "second"}}));
  source_->Poll();
  EXPECT_EQ(Subject(), "CN=first") << "another file may follow";
  source_->Poll();
  EXPECT_EQ(Subject(), "CN=second");
  EXPECT_GT(source_->Current()->number, before->number);
  EXPECT_EQ(before->facts.subject, "CN=first") << "connections keep what they have";
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("tls_reloads_total{result=\"used\"} 1"));
}

TEST_F(TlsSourceTest, FilesThatStayAreNotReadAgain) {
  const auto before = source_->Current();
  PollTwice();
  EXPECT_EQ(source_->Current(), before);
}

TEST_F(TlsSourceTest, AHalfOfAPairIsNeverUsed) {
  const TestIdentity second = authority_.Issue({.subject = {"CN", "second"}});
  test::WriteSecret(dir_ / "tls.crt", second.certificate);
  PollTwice();
  EXPECT_EQ(Subject(), "CN=first");
  EXPECT_THAT(source_->Notices(),
              ElementsAre(AllOf(HasSubstr("the former certificate stays"),
                                HasSubstr("has the key of another certificate"))));
  PollTwice();
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("tls_reloads_total{result=\"refused\"} 1"))
      << "one change, counted once";
  test::WriteSecret(dir_ / "tls.key", second.key);
  PollTwice();
  EXPECT_EQ(Subject(), "CN=second");
  EXPECT_THAT(source_->Notices(), IsEmpty());
}

TEST_F(TlsSourceTest, FilesThatVanishOrThatOthersCanReadAreRefused) {
  ASSERT_EQ(::chmod((dir_ / "tls.key").c_str(), 0644), 0);
  PollTwice();
  EXPECT_THAT(source_->Notices(), ElementsAre(HasSubstr("other users can read")));
  ASSERT_EQ(::unlink((dir_ / "tls.key").c_str()), 0);
  PollTwice();
  EXPECT_THAT(source_->Notices(), ElementsAre(HasSubstr("No such file")));
  EXPECT_EQ(Subject(), "CN=first");
}

TEST_F(TlsSourceTest, ACertificateThatBecomesValidIsUsedThen) {
  Write(
      authority_.Issue({.subject = {"CN", "second"}, .not_before = clock_.Now() + absl::Hours(1)}));
  PollTwice();
  EXPECT_THAT(source_->Notices(), ElementsAre(HasSubstr("is not valid before")));
  clock_.Advance(absl::Hours(2));
  source_->Poll();
  EXPECT_EQ(Subject(), "CN=second");
}

TEST_F(TlsSourceTest, TheEndOfACertificateIsANoticeFromTwoWeeksBefore) {
  EXPECT_THAT(source_->Notices(), IsEmpty());
  clock_.Advance(absl::Hours(24 * 90 - 24 * 13 - 12));
  EXPECT_THAT(source_->Notices(),
              ElementsAre(HasSubstr("TLS: the certificate CN=first expires in 13 days")));
  clock_.Advance(absl::Hours(24 * 14));
  source_->Poll();
  EXPECT_THAT(source_->Notices(), ElementsAre(HasSubstr("CN=first expired at")));
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_tls_certificate_expiry_seconds -"));
}

TEST_F(TlsSourceTest, WithAuthoritiesThePortsAcceptTheSelfProbe) {
  TlsSettings settings = Settings();
  settings.client_ca_file = dir_ / "ca.crt";
  settings.clients = ClientCertificates::kRequired;
  test::WriteSecret(settings.client_ca_file, authority_.certificate());
  const auto source = TlsSource::Open(settings, metrics_, clock_);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_NE((*source)->Current()->admin, nullptr);
  EXPECT_THAT(
      (*source)->Current()->texts.client_ca,
      AllOf(HasSubstr(authority_.certificate()), HasSubstr((*source)->probe().certificate)));
  EXPECT_EQ(source_->Current()->admin, nullptr);
}

}  // namespace
}  // namespace citylayers::runtime
