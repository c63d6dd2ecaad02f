#include "services/backup/backup_runner.h"

#include "absl/synchronization/notification.h"
#include <gtest/gtest.h>

namespace citylayers::backup {
namespace {

MadeBackup Made(const std::string& name) {
  return {.name = name, .manifest = {}, .copied_bytes = 1, .removed = {}};
}

void WaitFor(BackupRun& run) {
  absl::Notification done;
  run.OnDone([&done] { done.Notify(); });
  done.WaitForNotification();
}

TEST(BackupRunner, RunsOneAtATime) {
  absl::Notification go;
  BackupRunner runner([&go](const BackupRequest&, const OnProgress&) -> BackupRun::Result {
    go.WaitForNotification();
    return Made("first");
  });
  const auto run = runner.Start({});
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_TRUE(absl::IsFailedPrecondition(runner.Start({}).status()));
  EXPECT_FALSE((*run)->result().has_value());
  go.Notify();
  WaitFor(**run);
  EXPECT_EQ((*(*run)->result())->name, "first");
  EXPECT_TRUE(runner.Start({}).ok()) << "the first is done";
}

TEST(BackupRunner, ShowsItsProgress) {
  absl::Notification reported;
  absl::Notification go;
  BackupRunner runner([&](const BackupRequest&, const OnProgress& on_progress) {
    EXPECT_TRUE(on_progress({.done_bytes = 3, .total_bytes = 10}).ok());
    reported.Notify();
    go.WaitForNotification();
    return Made("backup");
  });
  const auto run = runner.Start({});
  reported.WaitForNotification();
  EXPECT_EQ((*run)->progress().done_bytes, 3u);
  EXPECT_EQ((*run)->progress().total_bytes, 10u);
  go.Notify();
}

TEST(BackupRunner, ACancelledOneEndsAtItsNextPart) {
  absl::Notification cancelled;
  BackupRunner runner(
      [&](const BackupRequest&, const OnProgress& on_progress) -> BackupRun::Result {
        cancelled.WaitForNotification();
        const absl::Status status = on_progress({});
        EXPECT_FALSE(status.ok());
        return status;
      });
  const auto run = runner.Start({});
  (*run)->Cancel();
  cancelled.Notify();
  WaitFor(**run);
  EXPECT_TRUE(absl::IsCancelled((*run)->result()->status()));
}

TEST(BackupRunner, StopCancelsAndStartsNoMore) {
  BackupRunner runner([](const BackupRequest&, const OnProgress& on_progress) -> BackupRun::Result {
    absl::Status status;
    while (status.ok()) status = on_progress({});
    return status;
  });
  const auto run = runner.Start({});
  runner.Stop();
  EXPECT_TRUE(absl::IsCancelled((*run)->result()->status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(runner.Start({}).status()));
}

}  // namespace
}  // namespace citylayers::backup
