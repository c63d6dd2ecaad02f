// Judgements of `citylayers doctor`: facts about an installation, and what to do about them.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_DOCTOR_CHECKS_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_DOCTOR_CHECKS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace citylayers::cli {

enum class Level { kOk, kWarning, kError };

/// One line of the result.
struct Finding {
  std::string subject;  ///< of the check: "disk of /var/lib/citylayers"
  Level level = Level::kOk;
  std::string fact;
  std::string remedy;  ///< what to do; empty when the level is kOk
};

// All functions are pure.

/// "ok", "warning", "error".
std::string LevelWord(Level level);
/// The worst level; kOk without findings.
Level WorstOf(const std::vector<Finding>& findings);

struct DiskFacts {
  std::string path;
  std::uint64_t free_bytes = 0;
  std::uint64_t total_bytes = 0;
  std::string file_system;  ///< "ext4"; empty: not known
  bool read_only = false;
};
/// Error: read-only, or less than `min_free_bytes`, at which the server refuses writes; a file
/// system that does not keep data (tmpfs) or that is on the network. Warning: less than four times
/// that or 10 % of the disk.
Finding CheckDisk(const DiskFacts& facts, std::uint64_t min_free_bytes);

struct ClockFacts {
  bool is_known = true;          ///< false: the system does not answer (adjtimex)
  bool is_synchronized = false;  ///< by NTP or the like
  absl::Duration error_max;      ///< the system's own estimate
};
/// Warning: not synchronized, or more than a second of error: times of readings are compared with
/// it.
Finding CheckClock(const ClockFacts& facts);

/// Validity of a certificate. Error: expired or not valid yet. Warning: fewer than 30 days left.
Finding CheckCertificate(const std::string& path, absl::Time not_before, absl::Time not_after,
                         absl::Time now);

/// A file with a secret: error when the group or others have access.
Finding CheckSecretMode(const std::string& subject, const std::string& path, unsigned mode);

/// A directory of the server. Error: others can write. Warning: others can read, unless `everyone`
/// is wanted (server.data_access).
Finding CheckDirectoryMode(const std::string& path, unsigned mode, bool everyone);

/// Whether a program listens at an address, and whether it is a citylayers server whose admin port
/// answers. Error: one of them without the other.
Finding CheckPort(const std::string& option, const std::string& address, bool answers,
                  bool server_runs);

/// Versions of this program and of the running server. Warning: they differ.
Finding CheckVersions(const std::string& cli, const std::optional<std::string>& server);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_DOCTOR_CHECKS_H_
