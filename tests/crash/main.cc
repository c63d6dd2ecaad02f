// citylayers_crash: kills a loaded city with kill -9 repeatedly; all acknowledged data must be
// kept.
#include <cstdio>
#include <filesystem>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include <stdlib.h>

#include "CLI/CLI.hpp"
#include "base/strings.h"
#include "tests/crash/crash_loop.h"

namespace {

using citylayers::StrCat;
using citylayers::crash::CrashLoop;
using citylayers::crash::CycleResult;

std::string OwnFolder() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path().string();
}

std::string NewFolder() {
  std::string path = (std::filesystem::temp_directory_path() / "citylayers-crash-XXXXXX").string();
  return mkdtemp(path.data()) == nullptr ? "" : path;
}

// Imports the embedded city with the command line program in the same folder.
bool BuildPack(const std::string& bin_dir, const std::string& pack, const std::string& log) {
  const std::string command =
      StrCat("'", bin_dir, "/citylayers' pack build --out '", pack, "' > '", log, "' 2>&1");
  if (std::system(command.c_str()) == 0) return true;
  std::fprintf(stderr, "citylayers_crash: %s failed; see %s\n", command.c_str(), log.c_str());
  return false;
}

void Print(int cycle, const CycleResult& result) {
  std::printf("cycle %3d  %s  listening %4.0f ms", cycle + 1,
              result.quiescent ? "settled" : "busy   ",
              absl::ToDoubleMilliseconds(result.listening));
  if (result.quiescent) {
    std::printf("  tiles %4.0f ms", absl::ToDoubleMilliseconds(result.recovery));
  }
  std::printf("  %s\n", result.wrong.empty() ? "passed" : "FAILED");
  for (const std::string& wrong : result.wrong) std::printf("    %s\n", wrong.c_str());
  std::fflush(stdout);
}

// Returns the number of failed cycles, or -1 when the loop could not go on.
int RunCycles(const citylayers::crash::CrashOptions& options, int cycles) {
  CrashLoop loop(options);
  int failed = 0;
  int done = 0;
  absl::Status status = loop.SetUp();
  for (; status.ok() && done < cycles; ++done) {
    absl::StatusOr<CycleResult> result = loop.RunCycle(done);
    status = result.status();
    if (!status.ok()) break;
    Print(done, *result);
    failed += result->wrong.empty() ? 0 : 1;
  }
  std::printf("%s\n", loop.Summary().c_str());
  if (!status.ok()) {
    std::printf("cycle %d could not end: %s\n", done + 1, status.ToString().c_str());
    ++failed;
    ++done;
  }
  std::printf("%d passed, %d failed\n", done - failed, failed);
  return failed;
}

}  // namespace

int main(int argc, char** argv) {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  citylayers::crash::CrashOptions options;
  int cycles = 10;
  options.seed = static_cast<uint64_t>(absl::ToUnixNanos(absl::Now())) % 1'000'000;
  std::string bin_dir = OwnFolder();
  double recovery_s = 5;
  bool keep = false;
  CLI::App app{
      "Kills a loaded citylayersd with kill -9 and checks that it kept all acknowledged data."};
  app.add_option("--cycles", cycles, "Kills")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--seed", options.seed, "Seed of times and values; default: a new one per run");
  app.add_option("--pack", options.pack, "City pack; default: imports the embedded city");
  app.add_option("--bin-dir", bin_dir, "Folder of citylayersd and citylayers");
  app.add_option("--recovery-s", recovery_s, "Seconds from start to equal tiles")
      ->capture_default_str();
  app.add_flag("--keep", keep, "Keeps data and log even when all passed");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  options.recovery_max = absl::Seconds(recovery_s);
  options.program = bin_dir + "/citylayersd";
  options.directory = NewFolder();
  if (options.directory.empty()) {
    std::fprintf(stderr, "citylayers_crash: cannot make a folder for the data\n");
    return 1;
  }
  std::printf("seed %lu, %d cycles, data in %s\n", static_cast<unsigned long>(options.seed), cycles,
              options.directory.c_str());
  if (options.pack.empty()) {
    options.pack = options.directory + "/saigon.pack";
    if (!BuildPack(bin_dir, options.pack, options.directory + "/pack.log")) return 1;
  }
  const int failed = RunCycles(options, cycles);
  std::error_code ignored;
  if (failed == 0 && !keep) {
    std::filesystem::remove_all(options.directory, ignored);
  } else {
    std::printf("data and log are kept in %s\n", options.directory.c_str());
  }
  return failed == 0 ? 0 : 1;
}
