#include "services/programs/citylayers/doctor_checks.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "absl/strings/str_format.h"

#include "base/strings.h"
#include "services/programs/citylayers/backup_text.h"

namespace citylayers::cli {
namespace {

constexpr absl::Duration kClockErrorMax = absl::Seconds(1);
constexpr absl::Duration kCertificateWarning = absl::Hours(24 * 30);
constexpr unsigned kGroupAndOthers = 077;
constexpr unsigned kOthersRead = 05;
constexpr unsigned kOthersWrite = 02;

bool IsOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string DayOf(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone());
}

}  // namespace

std::string LevelWord(Level level) {
  constexpr std::array<const char*, 3> kWords = {"ok", "warning", "error"};
  return kWords[static_cast<std::size_t>(level)];
}

Level WorstOf(const std::vector<Finding>& findings) {
  Level worst = Level::kOk;
  for (const Finding& finding : findings) worst = std::max(worst, finding.level);
  return worst;
}

Finding CheckDisk(const DiskFacts& facts, std::uint64_t min_free_bytes) {
  Finding finding = {
      .subject = StrCat("disk of ", facts.path),
      .level = Level::kOk,
      .fact = StrCat(FormatBytes(facts.free_bytes), " of ", FormatBytes(facts.total_bytes), " free",
                     facts.file_system.empty() ? "" : ", ", facts.file_system),
      .remedy = ""};
  if (facts.read_only) {
    finding.level = Level::kError;
    finding.remedy = "the file system is read-only: check the disk, and mount it again";
  } else if (IsOneOf(facts.file_system, {"tmpfs", "ramfs"})) {
    finding.level = Level::kError;
    finding.remedy = "this file system is lost at a restart: use a disk";
  } else if (IsOneOf(facts.file_system, {"nfs", "cifs", "fuse"})) {
    finding.level = Level::kError;
    finding.remedy = "databases need a local file system: locks and syncs are not safe here";
  } else if (facts.free_bytes < min_free_bytes) {
    finding.level = Level::kError;
    finding.remedy =
        StrCat("the server refuses writes below ", FormatBytes(min_free_bytes), ": make room");
  } else if (facts.free_bytes < std::max(4 * min_free_bytes, facts.total_bytes / 10)) {
    finding.level = Level::kWarning;
    finding.remedy = "make room before the disk is full";
  }
  return finding;
}

Finding CheckClock(const ClockFacts& facts) {
  if (!facts.is_known) {
    return {.subject = "clock",
            .level = Level::kWarning,
            .fact = "the system does not report whether it is synchronized",
            .remedy = "check the time service of this machine"};
  }
  if (!facts.is_synchronized) {
    return {.subject = "clock",
            .level = Level::kWarning,
            .fact = "not synchronized",
            .remedy = "start a time service: apt install systemd-timesyncd, or chrony"};
  }
  const std::string fact =
      StrCat("synchronized, error up to ", absl::ToInt64Milliseconds(facts.error_max), " ms");
  if (facts.error_max <= kClockErrorMax) return {"clock", Level::kOk, fact, ""};
  return {"clock", Level::kWarning, fact, "check the time service: timedatectl timesync-status"};
}

Finding CheckCertificate(const std::string& path, absl::Time not_before, absl::Time not_after,
                         absl::Time now) {
  Finding finding = {StrCat("certificate ", path), Level::kOk,
                     StrCat("valid until ", DayOf(not_after)), ""};
  if (now < not_before) {
    finding.level = Level::kError;
    finding.fact = StrCat("valid from ", DayOf(not_before));
    finding.remedy = "check the clock, or use a certificate that is valid now";
  } else if (now >= not_after) {
    finding.level = Level::kError;
    finding.fact = StrCat("expired on ", DayOf(not_after));
    finding.remedy = "renew it";
  } else if (not_after - now < kCertificateWarning) {
    finding.level = Level::kWarning;
    finding.remedy = "renew it before";
  }
  return finding;
}

Finding CheckSecretMode(const std::string& subject, const std::string& path, unsigned mode) {
  const std::string fact = absl::StrFormat("%s, mode %04o", path, mode & 07777);
  if ((mode & kGroupAndOthers) == 0) return {subject, Level::kOk, fact, ""};
  return {subject, Level::kError, fact,
          StrCat("other users have access: chmod 600 ", path, ", and rotate its key")};
}

Finding CheckDirectoryMode(const std::string& path, unsigned mode, bool everyone) {
  const std::string subject = StrCat("directory ", path);
  const std::string fact = absl::StrFormat("mode %04o", mode & 07777);
  if ((mode & kOthersWrite) != 0) {
    return {subject, Level::kError, fact, StrCat("every user can change it: chmod o-w ", path)};
  }
  if (!everyone && (mode & kOthersRead) != 0) {
    return {subject, Level::kWarning, fact, StrCat("every user can read it: chmod o-rx ", path)};
  }
  return {subject, Level::kOk, fact, ""};
}

Finding CheckPort(const std::string& option, const std::string& address, bool answers,
                  bool server_runs) {
  const std::string subject = StrCat("port ", option, " ", address);
  if (answers && server_runs) return {subject, Level::kOk, "answers", ""};
  if (!answers && !server_runs) return {subject, Level::kOk, "free; no server runs", ""};
  if (answers) {
    return {
        subject, Level::kError, "used by another program",
        StrCat("stop that program (ss -ltnp shows it), or set ", option, " to another address")};
  }
  return {subject, Level::kError, "does not answer, although the server runs",
          "read the server's log; does it run with this configuration?"};
}

Finding CheckVersions(const std::string& cli, const std::optional<std::string>& server) {
  if (!server.has_value()) {
    return {"version", Level::kOk, StrCat("citylayers ", cli, "; no server runs"), ""};
  }
  const std::string fact = StrCat("citylayers ", cli, ", server ", *server);
  if (cli == *server) return {"version", Level::kOk, fact, ""};
  return {"version", Level::kWarning, fact,
          "install the same version of both, and restart the server"};
}

}  // namespace citylayers::cli
