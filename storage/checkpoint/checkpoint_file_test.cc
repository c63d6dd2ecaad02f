#include "storage/checkpoint/checkpoint_file.h"

#include <cstdio>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "storage/checkpoint/checkpoint_payload.h"

namespace citylayers::storage {
namespace {

std::string TempPath(const char* name) { return ::testing::TempDir() + "/" + name; }

Checkpoint Sample() {
  CheckpointWriter writer;
  writer.U32(7);
  writer.F64(1.5);
  writer.Text("jam");
  return {.kind = "traffic",
          .kind_version = 3,
          .pack_id = "p1",
          .log_offset = 42,
          .payload = writer.Take()};
}

TEST(CheckpointFile, ReadsBackWhatWasSaved) {
  const std::string path = TempPath("roundtrip.state");
  ASSERT_TRUE(SaveCheckpoint(path, Sample()).ok());
  const auto loaded = LoadCheckpoint(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->kind, "traffic");
  EXPECT_EQ(loaded->kind_version, 3U);
  EXPECT_EQ(loaded->pack_id, "p1");
  EXPECT_EQ(loaded->log_offset, 42U);
  CheckpointReader reader(loaded->payload);
  std::uint32_t n = 0;
  double x = 0;
  std::string text;
  EXPECT_TRUE(reader.U32(&n) && reader.F64(&x) && reader.Text(&text) && reader.AtEnd());
  EXPECT_EQ(n, 7U);
  EXPECT_EQ(x, 1.5);
  EXPECT_EQ(text, "jam");
  EXPECT_FALSE(reader.U32(&n)) << "reading past the end must fail";
}

TEST(CheckpointFile, MissingFileIsNotFound) {
  EXPECT_EQ(LoadCheckpoint(TempPath("nothing-here.state")).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(CheckpointFile, EveryTruncationAndEveryFlippedByteIsNoticed) {
  const std::string path = TempPath("damage.state");
  ASSERT_TRUE(SaveCheckpoint(path, Sample()).ok());
  std::ifstream file(path, std::ios::binary);
  const std::string good{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string flipped = good;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x20);
    std::ofstream(path, std::ios::binary) << flipped;
    EXPECT_FALSE(LoadCheckpoint(path).ok()) << "byte " << i << " flipped";
    std::ofstream(path, std::ios::binary) << good.substr(0, i);
    EXPECT_FALSE(LoadCheckpoint(path).ok()) << "cut to " << i << " bytes";
  }
}

TEST(CheckpointFile, NewerFormatSaysSo) {
  const std::string path = TempPath("newer.state");
  ASSERT_TRUE(SaveCheckpoint(path, Sample()).ok());
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4);
  file.put(9);
  file.close();
  EXPECT_EQ(LoadCheckpoint(path).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(CheckpointFile, AFolderThatIsNotThereIsReported) {
  const absl::Status status = SaveCheckpoint("/nonexistent/folder/x.state", Sample());
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace citylayers::storage
