// Facts about this machine and an installation, for `citylayers doctor`.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_DOCTOR_FACTS_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_DOCTOR_FACTS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/programs/citylayers/doctor_checks.h"

namespace citylayers::cli {

/// The configuration of a server by key, "server.grpc" -> "127.0.0.1:50051".
using ServerConfig = std::map<std::string, std::string>;

/// Asks `citylayersd` for the configuration with all defaults: the program beside this one, else
/// the one in PATH. `config_file` may be empty. NOT_FOUND: there is no citylayersd.
/// INVALID_ARGUMENT: it refuses the configuration, with its message.
absl::StatusOr<ServerConfig> ReadServerConfig(const std::string& config_file);

/// The configuration in the text of `citylayersd --print-config`. INVALID_ARGUMENT: not TOML.
absl::StatusOr<ServerConfig> ParseServerConfig(std::string_view text);

/// Space and kind of the file system of `path`, or of its nearest parent that exists.
absl::StatusOr<DiskFacts> ReadDisk(const std::string& path);
ClockFacts ReadClock();

/// Permission bits of a file or directory; nullopt: it does not exist or cannot be seen.
std::optional<unsigned> ReadMode(const std::string& path);

/// Start and end of the validity of the first certificate in a PEM file. UNAVAILABLE: it cannot be
/// read; INVALID_ARGUMENT: it has no certificate.
absl::StatusOr<std::pair<absl::Time, absl::Time>> ReadCertificate(const std::string& path);

/// Whether a program accepts TCP connections at HOST:PORT. Waits at most two seconds.
bool Answers(const std::string& address);

/// The version in the metric citylayers_build_info of an admin port; nullopt: none answers there.
std::optional<std::string> RunningVersion(const std::string& admin_address);

/// The version in the text of /metrics.
std::optional<std::string> ParseVersion(std::string_view metrics);

/// What interrupted work left below the data directory and the directory of backups.
std::vector<std::string> FindLeftovers(const std::string& data, const std::string& backups);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_DOCTOR_FACTS_H_
