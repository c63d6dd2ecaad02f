#include "storage/rocks/synced_mark.h"

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include <unistd.h>

namespace citylayers::storage {
namespace {

using Position = SyncedMark::Position;

class SyncedMarkTest : public testing::Test {
 protected:
  ~SyncedMarkTest() override { std::filesystem::remove(path_); }
  std::unique_ptr<SyncedMark> Open() {
    auto mark = SyncedMark::Open(path_);
    EXPECT_TRUE(mark.ok()) << mark.status();
    return *std::move(mark);
  }
  void Flip(std::streamoff byte, int bit) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(byte);
    const char changed = static_cast<char>(file.get() ^ (1 << bit));
    file.seekp(byte);
    file.put(changed);
    ASSERT_TRUE(file.good());
  }
  const std::string path_ = testing::TempDir() + "synced_mark_" + std::to_string(getpid());
};

TEST_F(SyncedMarkTest, ANewOneKnowsNothing) { EXPECT_FALSE(Open()->found().has_value()); }

TEST_F(SyncedMarkTest, ItFindsTheLastPositionAgain) {
  for (std::uint64_t i = 1; i <= 5; ++i) {
    Open()->Set({i * 10, i});
    EXPECT_EQ(Open()->found(), (Position{i * 10, i}));
  }
}

TEST_F(SyncedMarkTest, ADamagedSlotLeavesTheOneBefore) {
  {
    const auto mark = Open();
    mark->Set({10, 1});
    mark->Set({20, 2});
  }
  for (int byte = 0; byte < 128; ++byte) {
    for (const int bit : {0, 7}) {
      Flip(byte, bit);
      const auto found = Open()->found();
      EXPECT_EQ(found, byte < 64 ? (Position{20, 2}) : (Position{10, 1})) << byte;
      Flip(byte, bit);
    }
  }
}

TEST_F(SyncedMarkTest, AWhollyDamagedOneKnowsNothingAndGoesOn) {
  std::ofstream(path_) << std::string(200, 'x');
  const auto mark = Open();
  EXPECT_FALSE(mark->found().has_value());
  mark->Set({30, 3});
  EXPECT_EQ(Open()->found(), (Position{30, 3}));
}

TEST_F(SyncedMarkTest, AManifestThatHasBecomeShorterIsNamed) {
  const std::string manifest = path_ + "-db/MANIFEST-000012";
  std::filesystem::create_directories(path_ + "-db");
  std::ofstream(manifest) << std::string(100, 'm');
  Open()->Set({10, 1});
  Open()->SetManifest(12, 100);
  EXPECT_EQ(Open()->found(), (Position{10, 1}));
  EXPECT_TRUE(Open()->CheckManifest(path_ + "-db").ok());
  std::filesystem::resize_file(manifest, 99);
  const absl::Status status = Open()->CheckManifest(path_ + "-db");
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(status.ToString().find(manifest + " has 99 bytes and had 100"), std::string::npos)
      << status;
  std::filesystem::remove(manifest);
  EXPECT_TRUE(Open()->CheckManifest(path_ + "-db").ok()) << "a newer one exists";
  std::filesystem::remove_all(path_ + "-db");
}

TEST_F(SyncedMarkTest, AFileThatCannotBeMadeIsNamed) {
  EXPECT_EQ(SyncedMark::Open("/nowhere/at/all").status().message(),
            "cannot open /nowhere/at/all: No such file or directory");
}

}  // namespace
}  // namespace citylayers::storage
