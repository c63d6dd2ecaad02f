// The process of a module, for tests that create one without a daemon.
#ifndef CITYLAYERS_TESTS_SUPPORT_MODULE_PROCESS_H_
#define CITYLAYERS_TESTS_SUPPORT_MODULE_PROCESS_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "services/access/access_control.h"
#include "services/runtime/backup_source.h"
#include "services/runtime/city_clock.h"
#include "services/runtime/config/config.h"
#include "services/runtime/executor.h"
#include "services/runtime/memory_budget.h"
#include "services/runtime/metrics.h"
#include "services/runtime/module.h"
#include "services/runtime/module_channels.h"
#include "services/runtime/rpc/authenticator.h"
#include "services/runtime/rpc/call_adapter.h"
#include "services/runtime/timer.h"

namespace citylayers::test {

/// What a process gives to its modules: options, calls by anonymous callers who may do everything,
/// and one channel to all modules, which a test sets. It must outlive modules and servers.
class ModuleProcess {
 public:
  explicit ModuleProcess(const std::vector<runtime::Option>& options = {},
                         std::map<std::string, std::string> flags = {})
      : config_(Load(options, std::move(flags))) {}

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
  runtime::CallAdapter& calls() { return calls_; }
  access::AccessControl& access() { return access_; }
  runtime::BackupSources& backups() { return backups_; }

  std::shared_ptr<grpc::Channel> channel;

 private:
  static runtime::Config Load(const std::vector<runtime::Option>& options,
                              std::map<std::string, std::string> flags) {
    auto loaded = runtime::Config::Load(options, {.flags = std::move(flags)});
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return *std::move(loaded);
  }

  const runtime::Config config_;
  const WallClock clock_;
  const runtime::MemoryBudget memory_{512 << 20};
  runtime::Metrics metrics_;
  runtime::Executor executor_{2, 100};
  runtime::Timer timer_;
  const runtime::AnonymousAuthenticator authenticator_;
  runtime::CallAdapter calls_{{}, executor_, timer_, metrics_, authenticator_};
  const runtime::CityClock city_clock_{clock_};
  const runtime::ModuleChannels channels_{
      {}, [this](std::string_view, runtime::ModuleChannels::Caller) { return channel; }};
  access::AccessControl access_{{}, {}, clock_};
  runtime::BackupSources backups_;
  const std::vector<runtime::ModuleSpec> table_;
};

}  // namespace citylayers::test

#endif  // CITYLAYERS_TESTS_SUPPORT_MODULE_PROCESS_H_
