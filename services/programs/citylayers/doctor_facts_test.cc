#include "services/programs/citylayers/doctor_facts.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.h"
#include "tests/support/temp_dir.h"

namespace citylayers::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(ParseServerConfig, KeysWithTheirSections) {
  const auto config =
      ParseServerConfig("[server]\n# help\ngrpc = \"127.0.0.1:1\"\n[grpc]\nunary_max = 512\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(*config, UnorderedElementsAre(Pair("server.grpc", "127.0.0.1:1"),
                                            Pair("grpc.unary_max", "512")));
  EXPECT_FALSE(ParseServerConfig("citylayersd: no such file").ok());
}

TEST(ParseVersion, OfTheMetric) {
  EXPECT_EQ(ParseVersion("# HELP x\ncitylayers_build_info{commit=\"1\",version=\"0.2.0-dev\"} 1\n"),
            "0.2.0-dev");
  EXPECT_EQ(ParseVersion("other_metric 1\n"), std::nullopt);
  EXPECT_EQ(ParseVersion("x\ncitylayers_build_info{commit=\"1\"} 1\n"), std::nullopt);
}

TEST(ReadDisk, OfADirectoryThatDoesNotExistYetIsThatOfItsParent) {
  const test::TempDir dir;
  const auto disk = ReadDisk(dir / "a/b/c");
  ASSERT_TRUE(disk.ok()) << disk.status();
  EXPECT_GT(disk->total_bytes, 0u);
  EXPECT_LE(disk->free_bytes, disk->total_bytes);
}

TEST(ReadMode, OfAFileAndOfNone) {
  const test::TempDir dir;
  std::ofstream(dir / "file") << "x";
  ASSERT_EQ(::chmod((dir / "file").c_str(), 0640), 0);
  EXPECT_EQ(ReadMode(dir / "file"), 0640u);
  EXPECT_EQ(ReadMode(dir / "none"), std::nullopt);
}

TEST(ReadCertificate, OfAFileThatIsNone) {
  const test::TempDir dir;
  std::ofstream(dir / "file.pem") << "-----BEGIN PRIVATE KEY-----\n";
  EXPECT_TRUE(absl::IsInvalidArgument(ReadCertificate(dir / "file.pem").status()));
  EXPECT_TRUE(absl::IsUnavailable(ReadCertificate(dir / "none.pem").status()));
}

TEST(ReadCertificate, HasItsValidity) {
  const test::TempDir dir;
  const std::string make =
      StrCat("openssl req -x509 -newkey ed25519 -nodes -subj /CN=city -days 90 -keyout ",
             dir / "key.pem", " -out ", dir / "cert.pem", " 2>&1 >/dev/null");
  if (std::system(make.c_str()) != 0) GTEST_SKIP() << "no openssl command";
  const auto validity = ReadCertificate(dir / "cert.pem");
  ASSERT_TRUE(validity.ok()) << validity.status();
  EXPECT_EQ(validity->second - validity->first, absl::Hours(24 * 90));
}

TEST(Answers, OnlyAProgramThatListens) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string text = StrCat("127.0.0.1:", ntohs(address.sin_port));
  EXPECT_FALSE(Answers(text));
  ASSERT_EQ(::listen(listener, 1), 0);
  EXPECT_TRUE(Answers(text));
  ::close(listener);
}

TEST(FindLeftovers, OfBackupsAndRestores) {
  const test::TempDir dir;
  for (const char* name :
       {"data/.restoring", "data/readings/backup-copy",
        "backups/incomplete-2026-11-29T18-00-00.000Z", "backups/2026-11-29T18-00-00.000Z"}) {
    std::filesystem::create_directories(dir / name);
  }
  EXPECT_THAT(FindLeftovers(dir / "data", dir / "backups"),
              ElementsAre(dir / "data/.restoring", dir / "data/readings/backup-copy",
                          dir / "backups/incomplete-2026-11-29T18-00-00.000Z"));
  EXPECT_THAT(FindLeftovers(dir / "none", ""), ElementsAre());
}

}  // namespace
}  // namespace citylayers::cli
