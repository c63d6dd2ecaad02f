// citylayers_bench: measures the figures of the budgets on this machine.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <stdlib.h>

#include "CLI/CLI.hpp"
#include "base/strings.h"
#include "tests/bench/groups.h"
#include "tests/bench/report.h"
#include "tests/bench/shell.h"

namespace {

using citylayers::StrCat;
using citylayers::bench::BenchOptions;
using citylayers::bench::Report;

struct Group {
  std::string name;
  void (*run)(const BenchOptions& options, Report& report);  // nullptr: no figures yet
};

// The quick groups come first, so that an early end still gives results.
const std::vector<Group>& Groups() {
  static const auto& groups = *new std::vector<Group>{{"access", citylayers::bench::RunAccess},
                                                      {"backup", citylayers::bench::RunBackup},
                                                      {"flood", citylayers::bench::RunFlood},
                                                      {"layers", citylayers::bench::RunLayers},
                                                      {"tiles", citylayers::bench::RunTiles},
                                                      {"tls", citylayers::bench::RunTls},
                                                      {"pack", citylayers::bench::RunPack},
                                                      {"readings", citylayers::bench::RunReadings},
                                                      {"traffic", nullptr},
                                                      {"alerts", nullptr},
                                                      {"web", citylayers::bench::RunWeb}};
  return groups;
}

std::string OwnFolder() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path().string();
}

std::string RealData() {
  if (const char* given = getenv("CITYLAYERS_REAL_DATA")) return given;
  const char* source = getenv("CITYLAYERS_SOURCE_DIR");
  return StrCat(source == nullptr ? "." : source, "/../shared/data");
}

std::string NewFolder() {
  std::string path = (std::filesystem::temp_directory_path() / "citylayers-bench-XXXXXX").string();
  return mkdtemp(path.data()) == nullptr ? "" : path;
}

std::string CommandOf(int argc, char** argv) {
  std::string command = "citylayers_bench";
  for (int i = 1; i < argc; ++i) command += StrCat(" ", argv[i]);
  return command;
}

bool IsAsked(const std::vector<std::string>& asked, const std::string& name) {
  return asked.empty() || std::find(asked.begin(), asked.end(), name) != asked.end();
}

// Imports the embedded city when no pack was given.
bool ProvidePack(BenchOptions* options) {
  if (!options->pack.empty()) return true;
  options->pack = options->directory + "/saigon.pack";
  const auto built = citylayers::bench::RunShell(
      StrCat("'", options->bin_dir, "/citylayers' pack build --out '", options->pack, "'"));
  if (!built.ok())
    std::fprintf(stderr, "citylayers_bench: %s\n", built.status().ToString().c_str());
  return built.ok();
}

}  // namespace

int main(int argc, char** argv) {
  BenchOptions options{.bin_dir = OwnFolder(), .real_data = RealData()};
  std::vector<std::string> asked, names;
  std::string json_file;
  for (const Group& group : Groups()) names.push_back(group.name);
  CLI::App app{
      "Measures citylayers on this machine, compared with other programs for the same work."};
  app.add_option("groups", asked, "Groups of figures; default: all")->check(CLI::IsMember(names));
  app.add_flag("--quick", options.quick, "Short loads: all groups within two minutes");
  app.add_option("--readings", options.backup_readings,
                 "Readings in the store of the group backup; 100000000 takes minutes and 1 GB")
      ->check(CLI::Range(10'000, 2'000'000'000))
      ->capture_default_str();
  app.add_option("--json", json_file, "Appends one JSON object per line for each figure");
  app.add_option("--bin-dir", options.bin_dir, "Folder of citylayersd and citylayers");
  app.add_option("--pack", options.pack, "City pack; default: imports the embedded city");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  auto report = Report::Open(json_file, CommandOf(argc, argv));
  if (!report.ok()) {
    std::fprintf(stderr, "citylayers_bench: %s\n", report.status().ToString().c_str());
    return 2;
  }
  options.directory = NewFolder();
  if (options.directory.empty()) {
    std::fprintf(stderr, "citylayers_bench: cannot make a folder for the data\n");
    return 1;
  }
  report->PrintMachine();
  const bool provided = ProvidePack(&options);
  for (const Group& group : Groups()) {
    if (!provided || !IsAsked(asked, group.name)) continue;
    if (group.run == nullptr) {
      report->Skip(group.name, "no figures are measured yet");
      continue;
    }
    group.run(options, *report);
  }
  std::error_code ignored;
  std::filesystem::remove_all(options.directory, ignored);
  if (report->failed() > 0) std::printf("\n%d figures failed\n", report->failed());
  return provided && report->failed() == 0 ? 0 : 1;
}
