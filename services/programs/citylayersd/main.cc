// citylayersd, the city's server. `citylayersd --help` lists its flags.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/build_info.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "services/programs/citylayersd/command_line.h"
#include "services/programs/citylayersd/modules.h"
#include "services/runtime/core_dumps.h"
#include "services/runtime/daemon.h"
#include "services/runtime/data_directory.h"
#include "services/runtime/log.h"
#include "services/runtime/root_user.h"
#include "services/runtime/rpc/library_logs.h"
#include "services/runtime/rpc/method_rules.h"
#include "services/runtime/server_options.h"
#include "services/runtime/service_manager.h"
#include "services/runtime/service_report.h"

extern char** environ;  // NOLINT: POSIX has it so

namespace {

// Additional time for stopping, beyond server.drain.
constexpr absl::Duration kStopPatience = absl::Seconds(4);
// Time after which a process that is not ready counts as started: it may wait for processes that
// are started after it.
constexpr absl::Duration kReadyPatience = absl::Seconds(20);

using Variables = std::map<std::string, std::string>;

Variables Environment() {
  Variables result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    if (const std::size_t equals = text.find('='); equals != std::string::npos) {
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return result;
}

// The directory in which systemd puts the credentials of the service; empty: there is none.
std::string CredentialsDirectory(const Variables& environment) {
  const auto found = environment.find("CREDENTIALS_DIRECTORY");
  return found == environment.end() ? "" : found->second;
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "citylayersd: %s\n", std::string(status.message()).c_str());
  return 1;
}

// A fault of the program, which its build finds: CMakeLists.txt runs it once.
absl::Status CheckMethodRules() {
  const auto& missing = citylayers::runtime::MethodRules::OfApi().missing();
  if (missing.empty()) return absl::OkStatus();
  return absl::InternalError(
      citylayers::StrCat(missing.front(), " has no option citylayers.access.v1.method_access"));
}

// SIGTERM, SIGINT and SIGHUP, blocked before any thread starts, so that a sigwait receives them.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

}  // namespace

namespace citylayers {
namespace {

// Who runs the process, and what others may see of it.
absl::Status Harden(const runtime::Config& config, const Variables& environment) {
  const bool is_root = geteuid() == 0;
  const bool is_in_container = runtime::IsInContainer(environment);
  RETURN_IF_ERROR(
      runtime::CheckUser(is_root, is_in_container, config.GetBool("server.allow_root")));
  if (is_root) {
    runtime::LogWarning("running as root", {{"where", is_in_container ? "container" : "machine"}});
  }
  umask(runtime::FileMask(config));
  return config.GetBool("server.core_dumps") ? absl::OkStatus() : runtime::DisableCoreDumps();
}

// Stops the daemon; returns the exit code.
int Stop(runtime::Daemon& daemon, absl::Duration drain) {
  // Ends the process when stopping takes too long: acknowledged writes are on disk, as after a
  // kill.
  std::thread([drain] {
    std::this_thread::sleep_for(absl::ToChronoNanoseconds(drain + kStopPatience));
    runtime::LogWarning("stopped; work that did not end in time was aborted");
    std::_Exit(0);
  }).detach();
  if (!daemon.Stop()) {
    runtime::LogWarning("stopped; calls of clients that did not end in time were cancelled");
    std::_Exit(0);
  }
  runtime::LogInfo("stopped");
  return 0;
}

// Where the configuration is read from, at the start and at each SIGHUP.
struct ConfigSource {
  const std::vector<runtime::Option>& options;
  const runtime::Config::Inputs& inputs;
};

// A configuration that is not good changes nothing.
void Reload(const ConfigSource& source, runtime::Daemon& daemon) {
  const absl::StatusOr<runtime::Config> next = runtime::Config::Load(source.options, source.inputs);
  const absl::StatusOr<runtime::ConfigChange> change =
      next.ok() ? daemon.Reload(*next) : absl::StatusOr<runtime::ConfigChange>(next.status());
  if (!change.ok()) {
    runtime::LogError("configuration not reloaded; nothing has changed",
                      {{"why", change.status().message()}});
    return;
  }
  runtime::LogInfo("configuration reloaded", {{"changed", absl::StrJoin(change->live, " ")}});
  if (!change->restart.empty()) {
    runtime::LogWarning("changes of the configuration that need a restart",
                        {{"options", absl::StrJoin(change->restart, " ")}});
  }
}

// Reloads at each SIGHUP; returns at SIGTERM, SIGINT, or a SIGHUP without a file to reload.
int WaitForStop(const sigset_t& signals, const ConfigSource& source, runtime::Daemon& daemon) {
  // Flags and environment do not change: without a file there is nothing to reload, and SIGHUP ends
  // the process as it does by default, when its terminal is closed.
  const bool can_reload = !source.inputs.file.empty();
  int signal_number = 0;
  while (sigwait(&signals, &signal_number) == 0 && signal_number == SIGHUP && can_reload) {
    Reload(source, daemon);
  }
  return signal_number;
}

// Runs the modules until a signal. An error: the process could not start.
absl::StatusOr<int> Serve(runtime::Config config, const std::vector<runtime::ModuleSpec>& table,
                          const Variables& environment, const sigset_t& signals,
                          const ConfigSource& source) {
  RETURN_IF_ERROR(Harden(config, environment));
  ASSIGN_OR_RETURN(const std::unique_ptr<runtime::ServiceManager> manager,
                   runtime::ServiceManager::Connect(environment));
  const absl::Duration drain = config.GetDuration("server.drain");
  runtime::ServiceReport report(*manager, kReadyPatience);
  const auto start = std::chrono::steady_clock::now();
  runtime::DaemonHooks hooks = {
      .on_alive = [&] { manager->Alive(); },
      .on_readiness =
          [&](const absl::Status& ready) {
            report.Update(ready, absl::FromChrono(std::chrono::steady_clock::now() - start));
          },
      .probe_interval_max = manager->watchdog() / 3};  // two signs of life may be lost
  ASSIGN_OR_RETURN(const std::unique_ptr<runtime::Daemon> daemon,
                   runtime::Daemon::Start(std::move(config), table, std::move(hooks)));
  runtime::LogInfo("listening",
                   {{"grpc", daemon->grpc_address()}, {"admin", daemon->admin_address()}});
  const int signal_number = WaitForStop(signals, source, *daemon);
  runtime::LogInfo("draining", {{"signal", StrCat("SIG", sigabbrev_np(signal_number))}});
  manager->Stopping();
  return Stop(*daemon, drain);
}

}  // namespace
}  // namespace citylayers

int main(int argc, char** argv) {
  using namespace citylayers;  // NOLINT: the program's main file
  const sigset_t signals = BlockSignals();
  signal(SIGPIPE, SIG_IGN);
  // Debian builds Abseil with deadlock detection enabled: every lock acquired while another is held
  // then enters a graph behind one lock for all threads. Tests keep it enabled.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);

  if (const absl::Status rules = CheckMethodRules(); !rules.ok()) return Fail(rules);
  const std::vector<runtime::ModuleSpec> table = citylayersd::ModuleTable();
  const std::vector<runtime::Option> options = runtime::ServerOptions(table);
  absl::StatusOr<citylayersd::CommandLine> command =
      citylayersd::ParseCommandLine(argc, argv, options);
  if (!command.ok()) {
    Fail(command.status());
    return 2;
  }
  if (command->action == citylayersd::Action::kHelp) {
    std::fputs(citylayersd::HelpText().c_str(), stdout);
    return 0;
  }
  if (command->action == citylayersd::Action::kVersion) {
    std::puts(VersionText("citylayersd", GetBuildInfo()).c_str());
    return 0;
  }
  const Variables environment = Environment();
  const runtime::Config::Inputs inputs = {.file = command->config_file,
                                          .flags = command->flags,
                                          .environment = environment,
                                          .credentials = CredentialsDirectory(environment)};
  absl::StatusOr<runtime::Config> config = runtime::Config::Load(options, inputs);
  if (!config.ok()) {
    Fail(config.status());
    return 2;
  }
  if (command->action == citylayersd::Action::kPrintConfig) {
    std::fputs(config->ToToml().c_str(), stdout);
    return 0;
  }
  if (command->action == citylayersd::Action::kCheckConfig) {
    if (const absl::Status good = runtime::Daemon::Check(*config, table); !good.ok()) {
      Fail(good);
      return 2;
    }
    std::puts("the configuration is good");
    return 0;
  }
  const bool json = config->GetString("server.log_format") == "json";
  runtime::StartLog(config->GetString("server.log"),
                    json ? runtime::LogFormat::kJson : runtime::LogFormat::kText);
  runtime::RouteLibraryLogs();
  const BuildInfo build = GetBuildInfo();
  runtime::LogInfo("starting", {{"version", build.version}, {"commit", build.commit}});
  const absl::StatusOr<int> code =
      Serve(*std::move(config), table, environment, signals, {options, inputs});
  if (code.ok()) return *code;
  // With a JSON log every line is JSON, including the last.
  if (!json) return Fail(code.status());
  runtime::LogError("cannot start", {{"why", ToStd(code.status().message())}});
  return 1;
}
