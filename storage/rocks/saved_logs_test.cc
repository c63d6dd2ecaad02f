#include "storage/rocks/saved_logs.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "gtest/gtest.h"
#include <unistd.h>

namespace citylayers::storage {
namespace {

namespace fs = std::filesystem;

class SavedLogsTest : public testing::Test {
 protected:
  SavedLogsTest() {
    fs::create_directories(folder_ + "/db");
    std::ofstream(folder_ + "/db/000007.log") << "log";
    std::ofstream(folder_ + "/db/000005.sst") << "table";
  }
  ~SavedLogsTest() override { fs::remove_all(folder_); }
  static std::string Read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  const std::string folder_ = testing::TempDir() + "saved_logs_" + std::to_string(getpid());
};

TEST_F(SavedLogsTest, TheyGoAwayWithTheObject) {
  {
    const SavedLogs logs(folder_ + "/db", folder_ + "/lost");
    EXPECT_EQ(Read(folder_ + "/lost/000007.log"), "log");
    EXPECT_FALSE(fs::exists(folder_ + "/lost/000005.sst"));
  }
  EXPECT_FALSE(fs::exists(folder_ + "/lost"));
  EXPECT_EQ(Read(folder_ + "/db/000007.log"), "log");
}

TEST_F(SavedLogsTest, KeptOnesOutliveTheDatabaseAndLaterOpenings) {
  std::string kept;
  {
    SavedLogs logs(folder_ + "/db", folder_ + "/lost");
    fs::remove(folder_ + "/db/000007.log");
    kept = logs.Keep();
  }
  EXPECT_EQ(kept, folder_ + "/lost-1");
  std::ofstream(folder_ + "/db/000009.log") << "later";
  {
    SavedLogs logs(folder_ + "/db", folder_ + "/lost");
    EXPECT_EQ(logs.Keep(), folder_ + "/lost-2");
  }
  EXPECT_EQ(Read(kept + "/000007.log"), "log");
}

TEST_F(SavedLogsTest, ADatabaseThatIsNotThereHasNone) {
  SavedLogs logs(folder_ + "/none", folder_ + "/lost");
  EXPECT_EQ(logs.Keep(), "");
}

}  // namespace
}  // namespace citylayers::storage
