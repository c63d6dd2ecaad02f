#include "base/option_file.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/strings.h"
#include "tests/support/temp_dir.h"

namespace citylayers {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class OptionFileTest : public ::testing::Test {
 protected:
  std::string File(std::string_view text, mode_t mode) {
    const std::string path = directory_.path() + "/file";
    std::ofstream(path) << text;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }
  static std::string ErrorOf(const std::string& path, const OptionFileRules& rules) {
    return std::string(ToStd(ReadOptionFile(path, rules).status().message()));
  }

  static constexpr OptionFileRules kSecret = {
      .option = "a.key_file", .bytes_max = 8, .content = "it should have one key"};
  static constexpr OptionFileRules kPublic = {
      .option = "a.ca_file", .bytes_max = 8, .is_secret = false, .content = "too many"};
  const test::TempDir directory_;
};

TEST_F(OptionFileTest, ReadsAWholeFile) {
  const auto text = ReadOptionFile(File("12345678", 0600), kSecret);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, "12345678");
}

TEST_F(OptionFileTest, ASecretIsOfItsOwnerOnly) {
  const std::string path = File("hunter2", 0640);
  EXPECT_THAT(ErrorOf(path, kSecret),
              AllOf(HasSubstr("a.key_file: other users can read"), HasSubstr("(mode 0640)"),
                    HasSubstr("chmod 600"), Not(HasSubstr("hunter2"))));
  EXPECT_TRUE(ReadOptionFile(path, kPublic).ok()) << "a certificate is public";
}

TEST_F(OptionFileTest, TooLargeAbsentAndOtherFilesAreNamed) {
  EXPECT_THAT(ErrorOf(File("123456789", 0600), kSecret),
              HasSubstr("has more than 8 bytes: it should have one key"));
  EXPECT_THAT(ErrorOf(directory_.path() + "/none", kPublic),
              AllOf(HasSubstr("a.ca_file: cannot read"), HasSubstr("No such file")));
  EXPECT_THAT(ErrorOf(directory_.path(), kPublic), HasSubstr("is not a regular file"));
  const std::string pipe = directory_.path() + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(ErrorOf(pipe, kSecret), HasSubstr("is not a regular file"));
}

}  // namespace
}  // namespace citylayers
