// citylayersd, the city's server. `citylayersd --help` lists its flags.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include <signal.h>
#include <sys/stat.h>

#include "base/build_info.h"
#include "base/strings.h"
#include "services/programs/citylayersd/command_line.h"
#include "services/programs/citylayersd/modules.h"
#include "services/runtime/daemon.h"
#include "services/runtime/data_directory.h"
#include "services/runtime/log.h"
#include "services/runtime/rpc/library_logs.h"
#include "services/runtime/rpc/method_rules.h"
#include "services/runtime/server_options.h"

extern char** environ;  // NOLINT: POSIX has it so

namespace {

// Additional time for stopping, beyond server.drain.
constexpr absl::Duration kStopPatience = absl::Seconds(4);

std::map<std::string, std::string> Environment() {
  std::map<std::string, std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    if (const std::size_t equals = text.find('='); equals != std::string::npos) {
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return result;
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

// Where the configuration is read from, at the start and at each SIGHUP.
struct ConfigSource {
  const std::vector<citylayers::runtime::Option>& options;
  const citylayers::runtime::Config::Inputs& inputs;
};

// A configuration that is not good changes nothing.
void Reload(const ConfigSource& source, citylayers::runtime::Daemon& daemon) {
  using namespace citylayers::runtime;  // NOLINT: the program's main file
  const absl::StatusOr<Config> next = Config::Load(source.options, source.inputs);
  const absl::StatusOr<ConfigChange> change =
      next.ok() ? daemon.Reload(*next) : absl::StatusOr<ConfigChange>(next.status());
  if (!change.ok()) {
    LogError("configuration not reloaded; nothing has changed",
             {{"why", change.status().message()}});
    return;
  }
  LogInfo("configuration reloaded", {{"changed", absl::StrJoin(change->live, " ")}});
  if (!change->restart.empty()) {
    LogWarning("changes of the configuration that need a restart",
               {{"options", absl::StrJoin(change->restart, " ")}});
  }
}

// Returns the exit code after SIGTERM, SIGINT, or a SIGHUP without a file to reload.
int ServeUntilStopped(const sigset_t& signals, citylayers::runtime::Daemon& daemon,
                      const ConfigSource& source, absl::Duration drain) {
  using namespace citylayers;  // NOLINT: the program's main file
  // Flags and environment do not change: without a file there is nothing to reload, and SIGHUP ends
  // the process as it does by default, when its terminal is closed.
  const bool can_reload = !source.inputs.file.empty();
  int signal_number = 0;
  while (sigwait(&signals, &signal_number) == 0 && signal_number == SIGHUP && can_reload) {
    Reload(source, daemon);
  }
  runtime::LogInfo("draining", {{"signal", StrCat("SIG", sigabbrev_np(signal_number))}});
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

}  // namespace

int main(int argc, char** argv) {
  using namespace citylayers;  // NOLINT: the program's main file
  // Blocked before any thread starts, so that the sigwait below receives them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
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
  const runtime::Config::Inputs inputs = {
      .file = command->config_file, .flags = command->flags, .environment = Environment()};
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
  const absl::Duration drain = config->GetDuration("server.drain");
  umask(runtime::FileMask(*config));
  absl::StatusOr<std::unique_ptr<runtime::Daemon>> daemon =
      runtime::Daemon::Start(*std::move(config), table);
  if (!daemon.ok()) {
    // With a JSON log every line is JSON, including the last.
    if (!json) return Fail(daemon.status());
    runtime::LogError("cannot start", {{"why", daemon.status().message()}});
    return 1;
  }
  runtime::LogInfo("listening",
                   {{"grpc", (*daemon)->grpc_address()}, {"admin", (*daemon)->admin_address()}});

  return ServeUntilStopped(signals, **daemon, {options, inputs}, drain);
}
