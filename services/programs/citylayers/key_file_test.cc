#include "services/programs/citylayers/key_file.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/strings.h"

namespace citylayers::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kFirst[] = "clk_aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
constexpr char kSecond[] = "clk_cccccccccccc_dddddddddddddddddddddddddddddddd";

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

class KeyFileTest : public testing::Test {
 protected:
  KeyFileTest() {
    char folder[] = "/tmp/citylayers-key-file-XXXXXX";
    folder_ = mkdtemp(folder);
  }
  ~KeyFileTest() override { std::filesystem::remove_all(folder_); }

  // Writes a file of this mode and returns its path.
  std::string File(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = Path(name);
    std::ofstream(path) << text;
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return path;
  }
  std::string Path(const std::string& name) const { return folder_ / name; }

  static std::string ReadFile(const std::string& path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  std::filesystem::path folder_;
};

TEST_F(KeyFileTest, TheFirstLineIsTheKey) {
  for (const std::string& text :
       {StrCat(kFirst), StrCat(kFirst, "\n"), StrCat(kFirst, "\r\n"),
        StrCat("  ", kFirst, " \nmade by lan\n", std::string(10'000, 'x'))}) {
    const auto key = LoadKeyFile(File("key", text));
    ASSERT_TRUE(key.ok()) << text << ": " << key.status();
    EXPECT_EQ(key->ToText(), kFirst);
  }
}

TEST_F(KeyFileTest, AFileThatOthersCanReadIsRefusedWithTheRemedy) {
  for (const mode_t mode : {0640, 0604, 0644, 0620, 0777}) {
    const std::string path = File("key", kFirst, mode);
    const absl::Status status = LoadKeyFile(path).status();
    EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
    EXPECT_THAT(MessageOf(status), HasSubstr("chmod 600 " + path));
  }
  EXPECT_THAT(MessageOf(LoadKeyFile(File("key", kFirst, 0640)).status()), HasSubstr("mode 0640"));
  for (const mode_t mode : {0400, 0600, 0700}) {
    EXPECT_TRUE(LoadKeyFile(File("key", kFirst, mode)).ok()) << mode;
  }
}

TEST_F(KeyFileTest, AnotherTextIsRefusedAndNotShown) {
  const std::string almost = std::string(kFirst).substr(0, 40);
  for (const std::string& text : {std::string(), almost, StrCat("\n", kFirst), StrCat(kFirst, "a"),
                                  StrCat("Bearer ", kFirst), std::string(100'000, 'b')}) {
    const absl::Status status = LoadKeyFile(File("key", text)).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(MessageOf(status), HasSubstr("the first line of " + Path("key")));
    EXPECT_THAT(MessageOf(status), Not(HasSubstr("bbbb")));
  }
}

TEST_F(KeyFileTest, AFileThatIsMissingIsNamed) {
  const absl::Status status = LoadKeyFile(Path("none")).status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(MessageOf(status), HasSubstr(Path("none")));
  std::filesystem::create_directory(Path("folder"));
  chmod(Path("folder").c_str(), 0700);
  EXPECT_FALSE(LoadKeyFile(Path("folder")).ok());
}

TEST_F(KeyFileTest, APipeIsRefusedWithoutWaitingForItsWriter) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  const absl::Status status = LoadKeyFile(Path("pipe")).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(MessageOf(status), HasSubstr("not a regular file"));
}

TEST_F(KeyFileTest, TheOptionPrecedesTheKeyOfTheEnvironmentAndThatItsFile) {
  KeySources sources = {
      .file_option = File("first", kFirst), .key_variable = kSecond, .file_variable = Path("none")};
  auto found = FindKey(sources);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->text, kFirst);
  EXPECT_EQ(found->origin, "--key-file");

  sources.file_option.reset();
  found = FindKey(sources);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->text, kSecond);
  EXPECT_EQ(found->origin, "CITYLAYERS_KEY");

  sources.key_variable.clear();
  EXPECT_TRUE(absl::IsNotFound(FindKey(sources).status()));
  sources.file_variable = Path("first");
  found = FindKey(sources);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->text, kFirst);
  EXPECT_EQ(found->origin, "CITYLAYERS_KEY_FILE");
}

TEST_F(KeyFileTest, WithoutSourcesThereIsNoKey) {
  const auto found = FindKey({});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->text, "");
}

TEST_F(KeyFileTest, AnErrorNamesItsSource) {
  EXPECT_THAT(MessageOf(FindKey({.file_option = ""}).status()), HasSubstr("--key-file: "));
  EXPECT_THAT(MessageOf(FindKey({.file_variable = Path("none")}).status()),
              HasSubstr("CITYLAYERS_KEY_FILE: "));
  const std::string message = MessageOf(FindKey({.key_variable = "clk_bbbb"}).status());
  EXPECT_THAT(message, HasSubstr("CITYLAYERS_KEY is not an API key"));
  EXPECT_THAT(message, Not(HasSubstr("bbbb")));
}

TEST_F(KeyFileTest, ANewFileIsReadableByItsOwnerOnly) {
  const mode_t mask = umask(0);
  auto file = NewKeyFile::Create(Path("new"));
  umask(mask);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(file->Write(*access::ApiKey::Parse(kFirst)).ok());
  struct stat information = {};
  ASSERT_EQ(stat(Path("new").c_str(), &information), 0);
  EXPECT_EQ(information.st_mode & 07777, 0600u);
  EXPECT_EQ(ReadFile(Path("new")), StrCat(kFirst, "\n"));
  EXPECT_EQ(LoadKeyFile(Path("new"))->ToText(), kFirst);
}

TEST_F(KeyFileTest, AFileIsNeverReplaced) {
  const std::string path = File("old", "content");
  EXPECT_TRUE(absl::IsAlreadyExists(NewKeyFile::Create(path).status()));
  EXPECT_EQ(ReadFile(path), "content");
  EXPECT_FALSE(NewKeyFile::Create(Path("no/such/folder")).ok());
}

TEST_F(KeyFileTest, AFileWithoutAKeyIsRemoved) {
  { ASSERT_TRUE(NewKeyFile::Create(Path("new")).ok()); }
  EXPECT_FALSE(std::filesystem::exists(Path("new")));
}

}  // namespace
}  // namespace citylayers::cli
