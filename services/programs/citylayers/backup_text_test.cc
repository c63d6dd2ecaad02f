#include "services/programs/citylayers/backup_text.h"

#include <gtest/gtest.h>

namespace citylayers::cli {
namespace {

TEST(FormatBytes, HasThreeDigitsAndAUnit) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(999), "999 B");
  EXPECT_EQ(FormatBytes(1000), "1.0 KB");
  EXPECT_EQ(FormatBytes(999'949), "999.9 KB");
  EXPECT_EQ(FormatBytes(999'950), "1.0 MB");
  EXPECT_EQ(FormatBytes(3'210'000'000), "3.2 GB");
  EXPECT_EQ(FormatBytes(5'000'000'000'000'000), "5000.0 TB");
}

TEST(BackupCells, NameStoresOffsetAndSize) {
  const storage::BackupManifest manifest = {
      .time = absl::FromUnixSeconds(1'795'975'200),
      .program_version = "0.2.0",
      .stores = {{"alerts", 1, 17, "a"}, {"readings", 1, 9000, "b"}},
      .files = {{"readings/FORMAT", 22'000, std::string(64, '0'), 0}}};
  const auto cells = BackupCells(ToProto("2026-11-29T18-00-00.000Z", "/backups", manifest));
  ASSERT_EQ(cells.size(), BackupColumns().size());
  EXPECT_EQ(cells[0].text, "2026-11-29T18-00-00.000Z");
  EXPECT_EQ(cells[1].text, "alerts, readings");
  EXPECT_EQ(cells[2].text, "9000");
  EXPECT_EQ(cells[3].text, "22.0 KB");
}

TEST(BackupCells, WithoutReadingsThereIsNoOffset) {
  const storage::BackupManifest manifest = {.time = absl::UnixEpoch(),
                                            .program_version = "0.2.0",
                                            .stores = {{"keys", 1, 0, "-"}},
                                            .files = {}};
  EXPECT_EQ(BackupCells(ToProto("name", "/backups", manifest))[2].text, "-");
}

}  // namespace
}  // namespace citylayers::cli
