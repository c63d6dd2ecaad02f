#include "services/runtime/tls/tls_settings.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

class TlsSettingsTest : public ::testing::Test {
 protected:
  static Config Read(const std::map<std::string, std::string>& flags) {
    auto config = Config::Load(TlsOptions(), {.file = "", .flags = flags, .environment = {}});
    EXPECT_TRUE(config.ok()) << config.status();
    return *std::move(config);
  }
  static std::string ErrorOf(const std::map<std::string, std::string>& flags) {
    return std::string(ToStd(CheckTls(Read(flags), absl::Now()).message()));
  }
  std::string File(const std::string& name, const std::string& text) const {
    test::WriteSecret(dir_ / name, text);
    return dir_ / name;
  }

  const test::TempDir dir_;
  const test::TestAuthority authority_;
};

TEST_F(TlsSettingsTest, IsOffWithoutOptions) {
  const auto settings = ReadTlsSettings(Read({}));
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_FALSE(settings->is_on());
  EXPECT_TRUE(CheckTls(Read({}), absl::Now()).ok());
}

TEST_F(TlsSettingsTest, FilesThatNeedEachOtherAreGivenTogether) {
  EXPECT_THAT(ErrorOf({{"tls.certificate_file", "/c"}}),
              HasSubstr("tls.certificate_file is set without tls.key_file"));
  EXPECT_THAT(ErrorOf({{"tls.key_file", "/k"}}),
              HasSubstr("tls.key_file is set without tls.certificate_file"));
  EXPECT_THAT(ErrorOf({{"tls.client_ca_file", "/a"}}),
              HasSubstr("tls.client_ca_file is set without tls.certificate_file"));
  EXPECT_THAT(ErrorOf({{"tls.client_certificates", "required"}}),
              HasSubstr("required without tls.client_ca_file"));
  EXPECT_THAT(ErrorOf({{"tls.backend_key_file", "/k"}}),
              HasSubstr("tls.backend_key_file is set without"));
}

TEST_F(TlsSettingsTest, FilesAreReadAndChecked) {
  const test::TestIdentity own = authority_.Issue();
  std::map<std::string, std::string> flags = {{"tls.certificate_file", File("c", own.certificate)},
                                              {"tls.key_file", File("k", own.key)}};
  EXPECT_EQ(ErrorOf(flags), "");
  flags["tls.client_ca_file"] = File("a", "");
  EXPECT_THAT(ErrorOf(flags), HasSubstr("tls.client_ca_file: " + (dir_ / "a") + " is empty"));
  flags["tls.client_ca_file"] = File("a", authority_.certificate());
  EXPECT_EQ(ErrorOf(flags), "");
  flags["tls.backend_ca_file"] = File("b", "no certificate");
  EXPECT_THAT(ErrorOf(flags), HasSubstr("tls.backend_ca_file: " + (dir_ / "b") + " has no"));
  File("k", std::string(65 << 10, 'x'));
  EXPECT_THAT(ErrorOf(flags), HasSubstr("has more than 65536 bytes: it should have one private"));
}

TEST_F(TlsSettingsTest, ClientCertificatesAreOptionalUnlessRequired) {
  std::map<std::string, std::string> flags = {
      {"tls.certificate_file", "/c"}, {"tls.key_file", "/k"}, {"tls.client_ca_file", "/a"}};
  EXPECT_EQ(ReadTlsSettings(Read(flags))->clients, ClientCertificates::kOptional);
  flags["tls.client_certificates"] = "required";
  EXPECT_EQ(ReadTlsSettings(Read(flags))->clients, ClientCertificates::kRequired);
}

TEST_F(TlsSettingsTest, TheHeaderOfHttpsCanBeSwitchedOff) {
  EXPECT_EQ(ReadTlsSettings(Read({}))->HstsHeader(),
            "Strict-Transport-Security: max-age=31536000\r\n");
  EXPECT_EQ(ReadTlsSettings(Read({{"tls.hsts", "0s"}}))->HstsHeader(), "");
}

}  // namespace
}  // namespace citylayers::runtime
