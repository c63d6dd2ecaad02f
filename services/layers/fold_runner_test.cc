#include "services/layers/fold_runner.h"

#include <atomic>
#include <filesystem>
#include <map>

#include "absl/synchronization/mutex.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "citylayers/readings/v1/reading_service.grpc.pb.h"
#include "services/access/access_control.h"
#include "services/layers/layer_catalog.h"
#include "services/runtime/backup_source.h"
#include "services/runtime/city_clock.h"
#include "services/runtime/module_channels.h"
#include "services/runtime/rpc/call_adapter.h"
#include "storage/checkpoint/checkpoint_payload.h"
#include "tests/support/small_pack.h"

namespace citylayers::layers {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(30);
const absl::Time kCityTime = absl::FromUnixSeconds(1'700'000'000);

/// Waits until `holds` returns true under `mutex`, with a generous time limit.
template <typename Predicate>
bool Comes(absl::Mutex& mutex, Predicate holds) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  return mutex.AwaitWithTimeout(absl::Condition(&holds), kPatience);
}

/// The readings service with a log of batches of one reading each, which a test can replace.
class FakeReadings final : public readings::v1::ReadingService::Service {
 public:
  /// Adds a batch; `last`: a client that has read it has caught up.
  void Add(std::uint64_t offset, bool last) {
    absl::MutexLock lock(&mutex_);
    log_[offset] = last;
  }
  /// Ends every stream and empties the log.
  void BeginAnew() {
    absl::MutexLock lock(&mutex_);
    log_.clear();
    ++life_;
  }
  void End() {
    absl::MutexLock lock(&mutex_);
    life_ = -1;
  }

  grpc::Status WatchReadings(
      grpc::ServerContext* context, const readings::v1::WatchReadingsRequest* request,
      grpc::ServerWriter<readings::v1::WatchReadingsResponse>* writer) override {
    std::uint64_t offset = request->resume_offset();
    absl::MutexLock lock(&mutex_);
    const int life = life_;
    // As in the real service: an offset that this log has never reached belongs to another log.
    if (offset > 0 && (log_.empty() || log_.rbegin()->first < offset))
      return {grpc::StatusCode::OUT_OF_RANGE, "the log does not reach there"};
    while (life == life_ && life != -1 && !context->IsCancelled()) {
      const auto next = log_.upper_bound(offset);
      if (next == log_.end()) {
        const auto more = [&] {
          return life != life_ || log_.upper_bound(offset) != log_.end() || context->IsCancelled();
        };
        mutex_.AwaitWithTimeout(absl::Condition(&more), absl::Milliseconds(20));
        continue;
      }
      offset = next->first;
      readings::v1::WatchReadingsResponse response;
      response.mutable_readings()->add_measure_indexes(0);
      response.set_offset(offset);
      response.set_caught_up(next->second);
      writer->Write(response);
    }
    return grpc::Status::OK;
  }

 private:
  absl::Mutex mutex_;
  std::map<std::uint64_t, bool> log_ ABSL_GUARDED_BY(mutex_);
  int life_ ABSL_GUARDED_BY(mutex_) = 0;
};

/// A layer whose state is one number: the count of its batches.
class CountingLayer final : public FoldedLayer {
 public:
  void BeginStream() override {}
  void ApplyBatch(const readings::v1::ReadingColumns&) override {
    absl::MutexLock lock(&mutex);
    ++count;
  }
  void SetOffset(std::uint64_t to) override {
    absl::MutexLock lock(&mutex);
    offset = to;
  }
  void Clear() override {
    absl::MutexLock lock(&mutex);
    count = 0;
    offset = 0;
  }
  absl::Time newest_reading_time() const override { return kCityTime; }
  void Publish(absl::Time, bool stale) override {
    absl::MutexLock lock(&mutex);
    state_.Publish({{.columns = {{count}}}}, kCityTime, stale, {});
  }
  storage::Checkpoint MakeCheckpoint() const override {
    absl::MutexLock lock(&mutex);
    storage::CheckpointWriter writer;
    writer.U32(static_cast<std::uint32_t>(count));
    return {.kind = "count", .log_offset = offset, .payload = writer.Take()};
  }
  bool Restore(const storage::Checkpoint& checkpoint) override {
    absl::MutexLock lock(&mutex);
    storage::CheckpointReader reader(checkpoint.payload);
    std::uint32_t saved = 0;
    if (!reader.U32(&saved)) return false;
    count = static_cast<int>(saved);
    offset = checkpoint.log_offset;
    return true;
  }
  LiveState& state() override { return state_; }
  const LiveState& state() const override { return state_; }

  mutable absl::Mutex mutex;
  int count = 0;
  std::uint64_t offset = 0;

 private:
  LiveState state_{{.epoch = 1}};
};

/// A stopped clock that counts its reads: one per tick of the runner.
class TickCounter final : public Clock {
 public:
  absl::Time Now() const override {
    absl::MutexLock lock(&mutex);
    ++looks;
    return kCityTime;
  }
  mutable absl::Mutex mutex;
  mutable int looks = 0;
};

/// What a process gives to its modules, with one channel.
class Process {
 public:
  explicit Process(std::map<std::string, std::string> flags) : config_(Load(std::move(flags))) {}

  runtime::ModuleContext context() {
    return {.config = config_,
            .metrics = metrics_,
            .memory = memory_,
            .timer = timer_,
            .calls = calls_,
            .city_clock = city_clock_,
            .channels = channels_,
            .access = access_,
            .backups = backups_,
            .table = table_,
            .pack = nullptr,
            .pack_change = std::nullopt};
  }

  std::shared_ptr<grpc::Channel> channel;
  TickCounter ticks;

 private:
  static runtime::Config Load(std::map<std::string, std::string> flags) {
    auto loaded = runtime::Config::Load(FoldOptions("count", "10m"), {.flags = std::move(flags)});
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return *std::move(loaded);
  }

  const runtime::Config config_;
  const runtime::MemoryBudget memory_{512 << 20};
  runtime::Metrics metrics_;
  runtime::Executor executor_{1, 10};
  runtime::Timer timer_;
  runtime::AnonymousAuthenticator authenticator_;
  runtime::CallAdapter calls_{{}, executor_, timer_, metrics_, authenticator_};
  runtime::CityClock city_clock_{ticks};
  const runtime::ModuleChannels channels_{
      {}, [this](std::string_view, runtime::ModuleChannels::Caller) { return channel; }};
  const WallClock wall_clock_;
  access::AccessControl access_{{}, {}, wall_clock_};
  runtime::BackupSources backups_;
  const std::vector<runtime::ModuleSpec> table_;
};

class FoldRunnerTest : public ::testing::Test {
 protected:
  FoldRunnerTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&readings_);
    server_ = builder.BuildAndStart();
    process_.channel = server_->InProcessChannel({});
  }
  ~FoldRunnerTest() override {
    runner_.reset();
    process_.channel.reset();
    readings_.End();
    server_->Shutdown();
  }

  void Run(absl::Duration restored_after = absl::Hours(1)) {
    runner_ = std::make_unique<FoldRunner>(process_.context(), "count",
                                           std::vector<std::string>{"stations/-/measures/depth"},
                                           layer_, path_, restored_after);
    runner_->Start();
  }
  /// Stops the readings service.
  void LoseReadings() {
    process_.channel =
        grpc::CreateChannel("unix:" + dir_ / "nobody", grpc::InsecureChannelCredentials());
  }
  void AwaitOffset(std::uint64_t offset) {
    absl::MutexLock lock(&layer_.mutex);
    EXPECT_TRUE(Comes(layer_.mutex, [&] { return layer_.offset == offset; })) << offset;
  }
  /// Waits for a few more ticks of the publisher.
  void AwaitTicks() {
    absl::MutexLock lock(&process_.ticks.mutex);
    const int until = process_.ticks.looks + 3;
    EXPECT_TRUE(Comes(process_.ticks.mutex, [&] { return process_.ticks.looks >= until; }));
  }
  /// The published number, or -1, followed by a star when it is stale.
  std::string Published() const {
    const auto frame = layer_.state().frame();
    if (frame->sub_layers().empty()) return "-1";
    return std::to_string(frame->sub_layers()[0].columns[0][0]) + (frame->stale ? "*" : "");
  }

  storage::TempDir dir_;
  const std::string path_ = dir_ / "count.state";
  FakeReadings readings_;
  std::unique_ptr<grpc::Server> server_;
  Process process_{{{"count.tick", "50ms"}, {"count.history_versions_max", "2"}}};
  CountingLayer layer_;
  std::unique_ptr<FoldRunner> runner_;
};

TEST_F(FoldRunnerTest, PublishesOnceItHasCaughtUpAndSavesAtTheEnd) {
  readings_.Add(1, false);
  Run();
  AwaitOffset(1);
  AwaitTicks();
  EXPECT_EQ(Published(), "-1");
  EXPECT_EQ(runner_->Ready().code(), absl::StatusCode::kUnavailable);
  readings_.Add(2, true);
  AwaitOffset(2);
  AwaitTicks();
  EXPECT_EQ(Published(), "2");
  EXPECT_TRUE(runner_->Ready().ok());
  runner_->Stop();
  EXPECT_EQ(storage::LoadCheckpoint(path_)->log_offset, 2U);
}

TEST_F(FoldRunnerTest, WhileTheLogIsReadAnewTheLastStateStaysStale) {
  for (std::uint64_t offset : {501U, 502U, 503U}) readings_.Add(offset, offset == 503);
  Run();
  AwaitOffset(503);
  AwaitTicks();
  EXPECT_EQ(Published(), "3");
  readings_.BeginAnew();
  readings_.Add(1, false);
  AwaitOffset(1);
  AwaitTicks();
  EXPECT_EQ(Published(), "3*") << "a half-read log is not published";
  readings_.Add(2, true);
  AwaitOffset(2);
  AwaitTicks();
  EXPECT_EQ(Published(), "2");
}

TEST_F(FoldRunnerTest, AStateThatStaysTheSameIsSavedOnce) {
  Process often({{"count.tick", "50ms"}, {"count.checkpoint", "100ms"}});
  often.channel = process_.channel;
  readings_.Add(501, true);
  FoldRunner runner(often.context(), "count", {"stations/-/measures/depth"}, layer_, path_,
                    absl::Hours(1));
  runner.Start();
  const auto saved_at = [&] {
    std::error_code none_yet;
    return std::filesystem::last_write_time(path_, none_yet);
  };
  const auto never = saved_at();
  const auto await_ticks = [&] {
    absl::MutexLock lock(&often.ticks.mutex);
    const int until = often.ticks.looks + 3;
    EXPECT_TRUE(Comes(often.ticks.mutex, [&] { return often.ticks.looks >= until; }));
  };
  for (int i = 0; i < 100 && saved_at() == never; ++i) await_ticks();
  const auto first = saved_at();
  ASSERT_NE(first, never);
  for (int i = 0; i < 3; ++i) await_ticks();
  EXPECT_EQ(saved_at(), first);
  readings_.Add(502, true);
  AwaitOffset(502);
  runner.Stop();
  EXPECT_NE(saved_at(), first);
  EXPECT_EQ(storage::LoadCheckpoint(path_)->log_offset, 502U);
  often.channel.reset();
}

TEST_F(FoldRunnerTest, HalfALogIsNotSaved) {
  readings_.Add(501, true);
  Run();
  AwaitOffset(501);
  AwaitTicks();
  runner_->Stop();
  runner_.reset();
  readings_.BeginAnew();
  readings_.Add(1, false);
  Run();
  AwaitOffset(1);
  runner_->Stop();
  EXPECT_EQ(storage::LoadCheckpoint(path_)->log_offset, 501U);
}

TEST_F(FoldRunnerTest, WhileReadingsAreAwayTheRestoredStateIsServedStale) {
  layer_.count = 7;
  layer_.offset = 42;
  ASSERT_TRUE(storage::SaveCheckpoint(path_, layer_.MakeCheckpoint()).ok());
  layer_.Clear();
  LoseReadings();
  Run(absl::ZeroDuration());
  AwaitTicks();
  EXPECT_EQ(Published(), "7*");
  EXPECT_TRUE(runner_->Ready().ok());
  runner_->Stop();
  EXPECT_EQ(storage::LoadCheckpoint(path_)->log_offset, 42U);
}

TEST_F(FoldRunnerTest, WithoutACheckpointThereIsNothingToServe) {
  LoseReadings();
  Run(absl::ZeroDuration());
  AwaitTicks();
  EXPECT_EQ(Published(), "-1");
  runner_->Stop();
  EXPECT_EQ(storage::LoadCheckpoint(path_).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(FoldRunnerTest, HistoryIsAsLongAsTheOptionSays) {
  Run();
  for (std::uint64_t offset = 1; offset <= 4; ++offset) {
    readings_.Add(offset, true);
    AwaitOffset(offset);
    AwaitTicks();
  }
  EXPECT_EQ(layer_.state().frame()->version.counter, 4U);
  EXPECT_EQ(layer_.state().history().versions, 2U);
  EXPECT_THAT(process_.context().metrics.Serialize(),
              HasSubstr("citylayers_layer_history_versions{layer=\"count\"} 2"));
}

}  // namespace
}  // namespace citylayers::layers
