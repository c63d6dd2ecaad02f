#include "services/runtime/service_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/strings.h"
#include "tests/support/manager_socket.h"
#include "tests/support/temp_dir.h"

namespace citylayers::runtime {
namespace {

using test::ManagerSocket;
using ::testing::HasSubstr;

std::string ErrorOf(const std::map<std::string, std::string>& environment) {
  return std::string(ToStd(ServiceManager::Connect(environment).status().message()));
}

TEST(ServiceManager, ReceivesTheLifeOfTheProcess) {
  const test::TempDir dir;
  ManagerSocket socket(dir / "notify");
  const auto manager =
      ServiceManager::Connect({{"NOTIFY_SOCKET", dir / "notify"}, {"WATCHDOG_USEC", "60000000"}});
  ASSERT_TRUE(manager.ok()) << manager.status();
  EXPECT_EQ((*manager)->watchdog(), absl::Minutes(1));
  EXPECT_EQ(socket.Next(), "");
  (*manager)->Ready("serving");
  EXPECT_EQ(socket.Next(), "READY=1\nSTATUS=serving");
  (*manager)->Alive();
  EXPECT_EQ(socket.Next(), "WATCHDOG=1");
  (*manager)->Status("not ready: traffic");
  EXPECT_EQ(socket.Next(), "STATUS=not ready: traffic");
  (*manager)->Stopping();
  EXPECT_EQ(socket.Next(), "STOPPING=1\nSTATUS=stopping");
}

TEST(ServiceManager, IsReachedInTheAbstractNamespace) {
  const std::string name = StrCat("@citylayers-test-", ::getpid());
  ManagerSocket socket(name);
  const auto manager = ServiceManager::Connect({{"NOTIFY_SOCKET", name}});
  ASSERT_TRUE(manager.ok()) << manager.status();
  (*manager)->Ready("serving");
  EXPECT_EQ(socket.Next(), "READY=1\nSTATUS=serving");
}

TEST(ServiceManager, AStatusIsOneLineThatIsNotAnotherMessage) {
  const test::TempDir dir;
  ManagerSocket socket(dir / "notify");
  const auto manager = ServiceManager::Connect({{"NOTIFY_SOCKET", dir / "notify"}});
  ASSERT_TRUE(manager.ok()) << manager.status();
  (*manager)->Status("broken\nWATCHDOG=trigger");
  EXPECT_EQ(socket.Next(), "STATUS=broken WATCHDOG=trigger");
  (*manager)->Status(std::string(10'000, 'x'));
  EXPECT_EQ(socket.Next(), StrCat("STATUS=", std::string(500, 'x')));
}

TEST(ServiceManager, AWatchdogOfAnotherProcessIsNotOurs) {
  const test::TempDir dir;
  ManagerSocket socket(dir / "notify");
  const std::map<std::string, std::string> ours = {{"NOTIFY_SOCKET", dir / "notify"},
                                                   {"WATCHDOG_USEC", "1000000"},
                                                   {"WATCHDOG_PID", StrCat(::getpid())}};
  EXPECT_EQ((*ServiceManager::Connect(ours))->watchdog(), absl::Seconds(1));
  std::map<std::string, std::string> others = ours;
  others["WATCHDOG_PID"] = StrCat(::getppid());
  const auto manager = ServiceManager::Connect(others);
  EXPECT_EQ((*manager)->watchdog(), absl::InfiniteDuration());
  (*manager)->Alive();
  EXPECT_EQ(socket.Next(), "") << "the manager expects no sign of life";
}

TEST(ServiceManager, WithoutAManagerNothingIsSent) {
  const auto manager = ServiceManager::Connect({{"WATCHDOG_USEC", "1000000"}});
  ASSERT_TRUE(manager.ok()) << manager.status();
  EXPECT_EQ((*manager)->watchdog(), absl::InfiniteDuration());
  (*manager)->Ready("serving");
  (*manager)->Stopping();
}

TEST(ServiceManager, AManagerThatIsGoneDoesNotStopTheProcess) {
  const test::TempDir dir;
  const auto manager = ServiceManager::Connect({{"NOTIFY_SOCKET", dir / "nobody"}});
  ASSERT_TRUE(manager.ok()) << manager.status();
  (*manager)->Ready("serving");
  ManagerSocket socket(dir / "nobody");
  (*manager)->Status("serving");
  EXPECT_EQ(socket.Next(), "STATUS=serving") << "it is found when it is back";
}

TEST(ServiceManager, RefusesValuesThatCannotBeUsed) {
  EXPECT_THAT(ErrorOf({{"NOTIFY_SOCKET", "notify"}}), HasSubstr("\"notify\" is not a path"));
  EXPECT_THAT(ErrorOf({{"NOTIFY_SOCKET", "@"}}), HasSubstr("is not a path"));
  EXPECT_THAT(ErrorOf({{"NOTIFY_SOCKET", "/" + std::string(200, 'x')}}),
              HasSubstr("has 201 bytes; the name of a socket has at most 107"));
  for (const char* interval : {"soon", "0", "-1", "1s", "999999"}) {
    EXPECT_THAT(ErrorOf({{"NOTIFY_SOCKET", "/run/notify"}, {"WATCHDOG_USEC", interval}}),
                HasSubstr(StrCat("WATCHDOG_USEC = \"", interval, "\"")));
  }
}

}  // namespace
}  // namespace citylayers::runtime
