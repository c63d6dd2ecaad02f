#include "services/runtime/access_settings.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/strings.h"
#include "services/runtime/server_options.h"
#include "tests/support/temp_dir.h"

namespace citylayers::runtime {
namespace {

using access::Permission;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kKey[] = "clk_abcdefgh2345_abcdefghijklmnopqrstuvwxyz234567";

class AccessSettingsTest : public ::testing::Test {
 protected:
  absl::StatusOr<AccessSettings> Read(std::map<std::string, std::string> flags) {
    auto config = Config::Load(ServerOptions({}), {.file = "", .flags = flags, .environment = {}});
    EXPECT_TRUE(config.ok()) << config.status();
    return ReadAccessSettings(*config);
  }
  std::string KeyFile(std::string_view text, mode_t mode = 0600) {
    const std::string path = directory_.path() + "/key";
    std::ofstream(path) << text;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }
  std::string ErrorOf(const std::map<std::string, std::string>& flags) {
    return std::string(ToStd(Read(flags).status().message()));
  }

  const test::TempDir directory_;
};

TEST_F(AccessSettingsTest, WithoutOptionsNobodyMayDoAnything) {
  const auto settings = Read({});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_TRUE(settings->anonymous.scopes().empty());
  EXPECT_FALSE(settings->has_process_key_file);
  EXPECT_NE(settings->process_key.ToText(), Read({})->process_key.ToText());
}

TEST_F(AccessSettingsTest, ScopesAreAList) {
  const auto settings = Read({{"security.anonymous", "layers:read, readings:read:stations/-"}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->anonymous.scopes().size(), 2U);
  EXPECT_TRUE(settings->anonymous.AllowsAll(Permission::kLayersRead));
  EXPECT_THAT(ErrorOf({{"security.anonymous", "layers:read,layers:write"}}),
              HasSubstr("security.anonymous: \"layers:write\" is not a scope"));
}

TEST_F(AccessSettingsTest, LimitsAreReadForKeysAndForAddresses) {
  const auto settings = Read({{"limits.calls_per_second", "50"},
                              {"limits.bytes_per_second", "1000000"},
                              {"limits.anonymous_readings_per_second", "7"},
                              {"limits.addresses_max", "100"}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->limits.keys, (access::Limits{.calls_per_s = 50, .bytes_per_s = 1e6}));
  EXPECT_EQ(settings->limits.anonymous,
            (access::Limits{.calls_per_s = 500, .streams_max = 500, .readings_per_s = 7}));
  EXPECT_EQ(settings->limits.failures_per_s, 10);
  EXPECT_EQ(settings->limits.addresses_max, 100U);
}

TEST_F(AccessSettingsTest, WhereEverybodyMayDoEverythingAddressesHaveNoLimits) {
  const auto settings = Read({{"security.anonymous", "admin"}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_FALSE(settings->limits.anonymous.has_any());
}

TEST_F(AccessSettingsTest, TheProcessKeyIsTheFirstLineOfItsFile) {
  const auto settings = Read({{"security.process_key_file", KeyFile(StrCat(kKey, "\n"))}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->process_key.ToText(), kKey);
  EXPECT_TRUE(settings->has_process_key_file);
}

TEST_F(AccessSettingsTest, ABadKeyFileIsRefusedWithoutShowingIt) {
  EXPECT_THAT(ErrorOf({{"security.process_key_file", KeyFile(kKey, 0640)}}),
              HasSubstr("(mode 0640): chmod 600"));
  EXPECT_THAT(ErrorOf({{"security.process_key_file", KeyFile(kKey, 0604)}}), HasSubstr("chmod"));
  const std::string error = ErrorOf({{"security.process_key_file", KeyFile("hunter2")}});
  EXPECT_THAT(error, HasSubstr("not an API key"));
  EXPECT_THAT(error, Not(HasSubstr("hunter2")));
  EXPECT_THAT(ErrorOf({{"security.process_key_file", KeyFile("")}}), HasSubstr("is empty"));
  EXPECT_THAT(ErrorOf({{"security.process_key_file", directory_.path() + "/none"}}),
              HasSubstr("No such file"));
}

TEST_F(AccessSettingsTest, TheProcessKeyMayBeASystemdCredential) {
  const std::string path = directory_.path() + "/citylayers.process.key";
  std::ofstream(path) << kKey;
  const auto read = [&](mode_t mode) {
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return ReadAccessSettings(*Config::Load(ServerOptions({}), {.credentials = directory_.path()}));
  };
  // systemd permits the service to read by an ACL, which looks like a permission of the group.
  for (const mode_t mode : {0400, 0440}) {
    const auto settings = read(mode);
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_TRUE(settings->has_process_key_file);
    EXPECT_EQ(settings->process_key.ToText(), kKey);
  }
  EXPECT_FALSE(read(0444).ok());
}

TEST_F(AccessSettingsTest, AKeyFileThatIsNotASmallFileIsRefusedAtOnce) {
  const std::string pipe = directory_.path() + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(ErrorOf({{"security.process_key_file", pipe}}), HasSubstr("not a regular file"));
  const std::string folder = directory_.path() + "/folder";
  ASSERT_EQ(::mkdir(folder.c_str(), 0700), 0);
  EXPECT_THAT(ErrorOf({{"security.process_key_file", folder}}), HasSubstr("not a regular file"));
  const std::string rest(4096, '\n');
  EXPECT_THAT(ErrorOf({{"security.process_key_file", KeyFile(StrCat(kKey, rest))}}),
              HasSubstr("has more than 4096 bytes"));
  const std::string fits = StrCat(kKey, rest.substr(std::string_view(kKey).size()));
  EXPECT_TRUE(Read({{"security.process_key_file", KeyFile(fits)}}).ok());
}

TEST_F(AccessSettingsTest, ThePortsAreClosedUnlessAnonymousIsAdmin) {
  const auto protection = [](std::map<std::string, std::string> flags) {
    auto config = Config::Load(ServerOptions({}), {.file = "", .flags = flags, .environment = {}});
    EXPECT_TRUE(config.ok()) << config.status();
    return ProtectionOf(*config).value();
  };
  EXPECT_TRUE(protection({}).is_closed);
  EXPECT_FALSE(protection({}).has_tls);
  EXPECT_TRUE(protection({{"security.anonymous", "layers:read"}}).is_closed);
  EXPECT_FALSE(protection({{"security.anonymous", "admin"}}).is_closed);
  EXPECT_TRUE(protection({{"tls.certificate_file", "/c"}, {"tls.key_file", "/k"}}).has_tls);
}

TEST_F(AccessSettingsTest, SeveralProcessesNeedACommonKey) {
  const auto closed = Read({});
  EXPECT_TRUE(CheckProcessKey(*closed, false).ok());
  EXPECT_THAT(ToStd(CheckProcessKey(*closed, true).message()),
              HasSubstr("security.process_key_file is needed"));
  EXPECT_TRUE(CheckProcessKey(*Read({{"security.process_key_file", KeyFile(kKey)}}), true).ok());
  EXPECT_TRUE(CheckProcessKey(*Read({{"security.anonymous", "admin"}}), true).ok());
  EXPECT_FALSE(CheckProcessKey(*Read({{"security.anonymous", "layers:read"}}), true).ok());
}

}  // namespace
}  // namespace citylayers::runtime
