#include "services/runtime/service_report.h"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/manager_socket.h"
#include "tests/support/temp_dir.h"

namespace citylayers::runtime {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

class ServiceReportTest : public ::testing::Test {
 protected:
  const test::TempDir dir_;
  test::ManagerSocket socket_{dir_ / "notify"};
  const std::unique_ptr<ServiceManager> manager_ =
      *ServiceManager::Connect({{"NOTIFY_SOCKET", dir_ / "notify"}});
  ServiceReport report_{*manager_, kPatience};
};

TEST_F(ServiceReportTest, TheStartIsReportedWhenTheProcessIsReady) {
  const absl::Status waiting = absl::UnavailableError("keys: not loaded yet");
  report_.Update(waiting, absl::Milliseconds(100));
  EXPECT_EQ(socket_.Next(), "STATUS=not ready: keys: not loaded yet");
  report_.Update(waiting, absl::Milliseconds(200));
  EXPECT_EQ(socket_.Next(), "") << "the same status is not sent again";
  report_.Update(absl::OkStatus(), absl::Milliseconds(300));
  EXPECT_EQ(socket_.Next(), "READY=1\nSTATUS=serving");
  report_.Update(absl::OkStatus(), absl::Milliseconds(400));
  EXPECT_EQ(socket_.Next(), "");
}

TEST_F(ServiceReportTest, AProcessThatWaitsForOthersHasStarted) {
  const absl::Status waiting = absl::UnavailableError("gateway: alerts does not answer");
  report_.Update(waiting, absl::ZeroDuration());
  EXPECT_EQ(socket_.Next(), "STATUS=not ready: gateway: alerts does not answer");
  report_.Update(waiting, kPatience - absl::Milliseconds(1));
  EXPECT_EQ(socket_.Next(), "");
  report_.Update(waiting, kPatience);
  EXPECT_EQ(socket_.Next(), "READY=1\nSTATUS=not ready: gateway: alerts does not answer");
}

TEST_F(ServiceReportTest, AFaultIsReportedWhenItBeginsAndWhenItEnds) {
  report_.Update(absl::OkStatus(), absl::ZeroDuration());
  EXPECT_EQ(socket_.Next(), "READY=1\nSTATUS=serving");
  report_.Update(absl::UnavailableError("the disk is full"), absl::Hours(1));
  EXPECT_EQ(socket_.Next(), "STATUS=not ready: the disk is full");
  report_.Update(absl::OkStatus(), absl::Hours(2));
  EXPECT_EQ(socket_.Next(), "STATUS=serving");
}

}  // namespace
}  // namespace citylayers::runtime
