// Command `citylayers doctor`.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include <nlohmann/json.hpp>

#include "base/build_info.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/doctor_checks.h"
#include "services/programs/citylayers/doctor_facts.h"
#include "services/programs/citylayers/program.h"
#include "services/programs/citylayers/table.h"
#include "storage/pack/city_pack.h"

namespace citylayers::cli {
namespace {

struct DoctorOptions {
  std::string config;
  std::string data;
  bool json = false;
};

// The value of an option of the server; empty when it has none of this name.
const std::string& ValueOf(const ServerConfig& config, const std::string& key) {
  static const std::string none;
  const auto found = config.find(key);
  return found == config.end() ? none : found->second;
}

std::uint64_t BytesOf(const ServerConfig& config, const std::string& key) {
  std::uint64_t bytes = 0;
  return absl::SimpleAtoi(ValueOf(config, key), &bytes) ? bytes : 0;
}

// The text of a status as one finding.
Finding Broken(std::string subject, const absl::Status& status, std::string remedy) {
  return {std::move(subject), Level::kError, std::string(status.message()), std::move(remedy)};
}

void CheckPorts(const ServerConfig& config, std::vector<Finding>& findings) {
  const std::optional<std::string> version = RunningVersion(ValueOf(config, "server.admin"));
  findings.push_back(CheckVersions(std::string(GetBuildInfo().version), version));
  for (const std::string key : {"server.grpc", "server.http", "server.admin"}) {
    const std::string& address = ValueOf(config, key);
    if (!address.empty()) {
      findings.push_back(CheckPort(key, address, Answers(address), version.has_value()));
    }
  }
}

void CheckFile(const std::string& subject, const std::string& path,
               std::vector<Finding>& findings) {
  if (path.empty()) return;
  if (const std::optional<unsigned> mode = ReadMode(path); mode.has_value()) {
    findings.push_back(CheckSecretMode(subject, path, *mode));
  }
}

void CheckData(const ServerConfig& config, const std::string& data,
               std::vector<Finding>& findings) {
  const absl::StatusOr<DiskFacts> disk = ReadDisk(data);
  findings.push_back(disk.ok() ? CheckDisk(*disk, BytesOf(config, "readings.min_free_bytes"))
                               : Broken(StrCat("disk of ", data), disk.status(), "check its path"));
  const bool everyone = ValueOf(config, "server.data_access") == "everyone";
  for (const char* store : {"/readings", "/alerts", "/keys"}) {
    const std::optional<unsigned> mode = ReadMode(data + store);
    if (mode.has_value()) findings.push_back(CheckDirectoryMode(data + store, *mode, everyone));
  }
  CheckFile("key file", StrCat(data, "/keys/keys"), findings);
}

void CheckBackups(const ServerConfig& config, const std::string& data,
                  std::vector<Finding>& findings) {
  const std::string& backups = ValueOf(config, "backup.directory");
  if (backups.empty()) {
    findings.push_back({"backups", Level::kWarning, "backup.directory is not set",
                        "set it to a directory on another disk: docs/operate/backup.md"});
  } else if (const absl::StatusOr<DiskFacts> disk = ReadDisk(backups); disk.ok()) {
    findings.push_back(CheckDisk(*disk, BytesOf(config, "backup.min_free_bytes")));
  }
  for (const std::string& path : FindLeftovers(data, backups)) {
    findings.push_back(
        {"leftover", Level::kWarning, path,
         "of an interrupted backup or restore: the next backup removes it, a restore "
         "(.restoring) is removed by hand"});
  }
}

void CheckPack(const ServerConfig& config, std::vector<Finding>& findings) {
  const std::string& path = ValueOf(config, "server.pack");
  if (path.empty()) {
    findings.push_back({"city pack", Level::kWarning, "server.pack is not set",
                        "set it, or give --pack to citylayersd; citylayers pack build makes one"});
    return;
  }
  const auto pack = storage::CityPack::Open(path);
  if (!pack.ok()) {
    findings.push_back(Broken("city pack", pack.status(), "build it again: citylayers pack build"));
    return;
  }
  findings.push_back(
      {"city pack", Level::kOk, StrCat(path, ", id ", (*pack)->manifest().pack_id), ""});
}

void CheckCertificates(const ServerConfig& config, std::vector<Finding>& findings) {
  for (const auto& [key, path] : config) {
    if (!key.starts_with("tls.") || path.empty() || path.front() != '/') continue;
    const auto validity = ReadCertificate(path);
    if (validity.ok()) {
      findings.push_back(CheckCertificate(path, validity->first, validity->second, absl::Now()));
    } else if (absl::IsUnavailable(validity.status())) {
      findings.push_back(Broken(key, validity.status(), "check the path and who may read it"));
    } else {
      CheckFile(key, path, findings);  // a private key
    }
  }
}

std::vector<Finding> Examine(const DoctorOptions& options) {
  std::vector<Finding> findings;
  const absl::StatusOr<ServerConfig> config = ReadServerConfig(options.config);
  const std::string subject =
      StrCat("configuration", options.config.empty() ? "" : " ", options.config);
  if (config.ok()) {
    findings.push_back({subject, Level::kOk, "good", ""});
  } else {
    findings.push_back(Broken(subject, config.status(),
                              absl::IsNotFound(config.status())
                                  ? "install the server, or run this on its machine"
                                  : "correct it; citylayersd --check-config reports the same"));
  }
  findings.push_back(CheckClock(ReadClock()));
  if (!config.ok()) return findings;
  const std::string data = options.data.empty() ? ValueOf(*config, "server.data") : options.data;
  CheckPorts(*config, findings);
  CheckPack(*config, findings);
  CheckData(*config, data, findings);
  CheckBackups(*config, data, findings);
  CheckCertificates(*config, findings);
  CheckFile("process key", ValueOf(*config, "security.process_key_file"), findings);
  if (const char* file = std::getenv("CITYLAYERS_KEY_FILE")) CheckFile("own key", file, findings);
  return findings;
}

Tone ToneOf(Level level) {
  if (level == Level::kOk) return Tone::kGood;
  return level == Level::kWarning ? Tone::kWarning : Tone::kBad;
}

std::string AsTable(const std::vector<Finding>& findings, bool colour) {
  Table table({{.header = "CHECK"}, {.header = ""}, {.header = "RESULT"}, {.header = "DO"}},
              colour);
  for (const Finding& finding : findings) {
    table.Add({finding.subject,
               {LevelWord(finding.level), ToneOf(finding.level)},
               finding.fact,
               finding.remedy});
  }
  return table.Render();
}

std::string AsJson(const std::vector<Finding>& findings) {
  nlohmann::json all = nlohmann::json::array();
  for (const Finding& finding : findings) {
    all.push_back({{"check", finding.subject},
                   {"level", LevelWord(finding.level)},
                   {"result", finding.fact},
                   {"do", finding.remedy}});
  }
  return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

absl::Status Doctor(Program& program, const DoctorOptions& options) {
  RETURN_IF_ERROR(program.NoPlaces());
  const std::vector<Finding> findings = Examine(options);
  const bool json = options.json || program.format() != OutputFormat::kTable;
  program.Print(json ? AsJson(findings) : AsTable(findings, program.colour()));
  if (WorstOf(findings) != Level::kError) return absl::OkStatus();
  return absl::FailedPreconditionError("errors were found");
}

}  // namespace

void AddDoctorCommand(CLI::App& app, Program& program) {
  CLI::App* command =
      program.Add(app, "doctor",
                  "Check an installation on its machine: what is wrong, and what to do (exit "
                  "code 1: an error)",
                  "  citylayers doctor --config /etc/citylayers/city.toml\n"
                  "  citylayers doctor --json");
  auto options = std::make_shared<DoctorOptions>();
  command->add_option("--config", options->config, "Configuration file of citylayersd")
      ->type_name("FILE");
  command->add_option("--data", options->data, "Data directory; default: that of the configuration")
      ->type_name("DIR");
  command->add_flag("--json", options->json, "The same as --format json");
  program.OnRunOffline(command, [&program, options] { return Doctor(program, *options); });
}

}  // namespace citylayers::cli
