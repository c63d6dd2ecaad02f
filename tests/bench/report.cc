#include "tests/bench/report.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include <sys/utsname.h>
#include <unistd.h>

#include "base/strings.h"

namespace citylayers::bench {
namespace {

// The first value of `key` in a file like /proc/cpuinfo.
std::string ProcValue(const char* file, std::string_view key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.compare(0, key.size(), key) != 0) continue;
    const std::size_t begin = line.find_first_not_of(" \t", line.find(':') + 1);
    if (begin != std::string::npos) return line.substr(begin);
  }
  return "unknown";
}

double Rank(const std::vector<double>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(sorted.size() - 1, rank)];
}

}  // namespace

Percentiles PercentilesOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {.p50 = Rank(values, 0.50),
          .p90 = Rank(values, 0.90),
          .p99 = Rank(values, 0.99),
          .max = values.back(),
          .count = values.size()};
}

std::string TextOf(const Percentiles& p, std::string_view unit) {
  return absl::StrFormat("p50 %.3g, p90 %.3g, p99 %.3g, max %.3g %s of %d", p.p50, p.p90, p.p99,
                         p.max, ToAbsl(unit), p.count);
}

absl::StatusOr<Report> Report::Open(std::string json_file, std::string command) {
  if (!json_file.empty() && !std::ofstream(json_file, std::ios::app)) {
    return absl::InvalidArgumentError(StrCat("--json: cannot write ", json_file));
  }
  return Report(std::move(json_file), std::move(command));
}

void Report::PrintMachine() const {
  utsname system{};
  uname(&system);
  double load[3] = {0, 0, 0};
  if (getloadavg(load, 3) != 3) load[0] = -1;
  std::printf("machine  %s, %ld cores, memory %s, %s %s, load average %.1f at the start\n",
              ProcValue("/proc/cpuinfo", "model name").c_str(), sysconf(_SC_NPROCESSORS_ONLN),
              ProcValue("/proc/meminfo", "MemTotal").c_str(), system.sysname, system.release,
              load[0]);
  std::printf("command  %s\n\n", command_.c_str());
  std::fflush(stdout);
}

void Report::Add(const Figure& figure) {
  std::printf("%-34s %14.4g %s\n", figure.name.c_str(), figure.value, figure.unit.c_str());
  if (!figure.peer.empty()) {
    std::printf("    beside %s: %.4g %s, ratio %.3g\n", figure.peer.c_str(), figure.peer_value,
                figure.unit.c_str(), figure.ratio);
  }
  if (!figure.note.empty()) std::printf("    %s\n", figure.note.c_str());
  std::fflush(stdout);
  if (json_file_.empty()) return;
  nlohmann::ordered_json line = {
      {"figure", figure.name}, {"value", figure.value}, {"unit", figure.unit}};
  line["peer"] = nullptr;
  line["peer_value"] = nullptr;
  line["ratio"] = nullptr;
  if (!figure.peer.empty()) {
    line["peer"] = figure.peer;
    line["peer_value"] = figure.peer_value;
    line["ratio"] = figure.ratio;
  }
  line["command"] = command_;
  std::ofstream(json_file_, std::ios::app) << line.dump() << "\n";
}

void Report::Skip(std::string_view name, std::string_view why) {
  std::printf("%-34s skipped: %s\n", std::string(name).c_str(), std::string(why).c_str());
  std::fflush(stdout);
}

void Report::Fail(std::string_view name, const absl::Status& status) {
  ++failed_;
  std::printf("%-34s FAILED: %s\n", std::string(name).c_str(), status.ToString().c_str());
  std::fflush(stdout);
}

}  // namespace citylayers::bench
