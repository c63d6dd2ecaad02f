#include "services/programs/citylayers/doctor_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::cli {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kGb = 1'000'000'000;
constexpr absl::Time kNow = absl::FromUnixSeconds(1'795'975'200);  // 2026-11-29

TEST(CheckDisk, WarnsBeforeTheServerRefusesWrites) {
  const auto level = [](std::uint64_t free_bytes) {
    return CheckDisk({"/data", free_bytes, 100 * kGb, "ext4"}, kGb).level;
  };
  EXPECT_EQ(level(50 * kGb), Level::kOk);
  EXPECT_EQ(level(10 * kGb), Level::kOk);
  EXPECT_EQ(level(10 * kGb - 1), Level::kWarning);
  EXPECT_EQ(level(kGb), Level::kWarning);
  EXPECT_EQ(level(kGb - 1), Level::kError);
}

TEST(CheckDisk, FileSystemsThatLoseDataAreErrors) {
  for (const char* name : {"tmpfs", "nfs", "cifs"}) {
    EXPECT_EQ(CheckDisk({"/data", 90 * kGb, 100 * kGb, name}, kGb).level, Level::kError) << name;
  }
  EXPECT_EQ(CheckDisk({"/data", 90 * kGb, 100 * kGb, "ext4", /*read_only=*/true}, kGb).level,
            Level::kError);
  EXPECT_EQ(CheckDisk({"/data", 90 * kGb, 100 * kGb, ""}, kGb).level, Level::kOk);
}

TEST(CheckClock, WarnsWithoutSynchronization) {
  EXPECT_EQ(CheckClock({.is_synchronized = true, .error_max = absl::Milliseconds(20)}).level,
            Level::kOk);
  EXPECT_EQ(CheckClock({.is_synchronized = true, .error_max = absl::Seconds(3)}).level,
            Level::kWarning);
  EXPECT_EQ(CheckClock({.is_synchronized = false}).level, Level::kWarning);
  EXPECT_EQ(CheckClock({.is_known = false}).level, Level::kWarning);
}

TEST(CheckCertificate, ExpiresInStages) {
  const auto check = [](absl::Duration left) {
    return CheckCertificate("/etc/tls.pem", kNow - absl::Hours(24), kNow + left, kNow);
  };
  EXPECT_EQ(check(absl::Hours(24 * 30)).level, Level::kOk);
  EXPECT_EQ(check(absl::Hours(24 * 29)).level, Level::kWarning);
  EXPECT_EQ(check(absl::ZeroDuration()).level, Level::kError);
  EXPECT_THAT(check(absl::ZeroDuration()).fact, HasSubstr("expired on 2026-11-29"));
  EXPECT_EQ(
      CheckCertificate("/etc/tls.pem", kNow + absl::Hours(1), kNow + absl::Hours(900), kNow).level,
      Level::kError);
}

TEST(CheckSecretMode, OnlyTheOwnerMayHaveAccess) {
  EXPECT_EQ(CheckSecretMode("keys", "/keys", 0100600).level, Level::kOk);
  EXPECT_EQ(CheckSecretMode("keys", "/keys", 0400).level, Level::kOk);
  for (const unsigned mode : {0640u, 0604u, 0610u}) {
    const Finding finding = CheckSecretMode("keys", "/keys", mode);
    EXPECT_EQ(finding.level, Level::kError);
    EXPECT_THAT(finding.remedy, HasSubstr("chmod 600 /keys"));
  }
}

TEST(CheckDirectoryMode, DependsOnWhoShallRead) {
  EXPECT_EQ(CheckDirectoryMode("/data", 0750, false).level, Level::kOk);
  EXPECT_EQ(CheckDirectoryMode("/data", 0755, false).level, Level::kWarning);
  EXPECT_EQ(CheckDirectoryMode("/data", 0755, true).level, Level::kOk);
  EXPECT_EQ(CheckDirectoryMode("/data", 0777, true).level, Level::kError);
}

TEST(CheckPort, TheServerOrNothingIsThere) {
  const auto level = [](bool answers, bool runs) {
    return CheckPort("server.grpc", "127.0.0.1:50051", answers, runs).level;
  };
  EXPECT_EQ(level(true, true), Level::kOk);
  EXPECT_EQ(level(false, false), Level::kOk);
  EXPECT_EQ(level(true, false), Level::kError);
  EXPECT_EQ(level(false, true), Level::kError);
}

TEST(CheckVersions, ADifferenceIsAWarning) {
  EXPECT_EQ(CheckVersions("0.2.0", "0.2.0").level, Level::kOk);
  EXPECT_EQ(CheckVersions("0.2.0", "0.1.0").level, Level::kWarning);
  EXPECT_EQ(CheckVersions("0.2.0", std::nullopt).level, Level::kOk);
}

TEST(WorstOf, IsTheGreatestLevel) {
  EXPECT_EQ(WorstOf({}), Level::kOk);
  EXPECT_EQ(WorstOf({{"a", Level::kOk, "", ""}, {"b", Level::kWarning, "", ""}}), Level::kWarning);
  EXPECT_EQ(WorstOf({{"a", Level::kError, "", ""}, {"b", Level::kWarning, "", ""}}), Level::kError);
}

}  // namespace
}  // namespace citylayers::cli
