#include "services/programs/citylayers/doctor_facts.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <sstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include <fcntl.h>
#include <netdb.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "base/toml_parse.h"
#include "services/runtime/config/address.h"
#include "storage/backup/backup_directory.h"

namespace citylayers::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kWaitMs = 2000;
constexpr std::size_t kTextBytesMax = 4 << 20;

/// Output and exit status of a program; stderr is part of the output.
struct Ran {
  std::string output;
  int status = -1;
};

// Runs without a shell, so that no path is read as a command.
absl::StatusOr<Ran> RunProgram(const std::vector<std::string>& words) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return absl::UnavailableError(std::strerror(errno));
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  Ran ran;
  std::array<char, 4096> part;
  ssize_t count = 0;
  while (child > 0 && (count = ::read(ends[0], part.data(), part.size())) > 0) {
    if (ran.output.size() < kTextBytesMax) {
      ran.output.append(part.data(), static_cast<std::size_t>(count));
    }
  }
  ::close(ends[0]);
  if (child < 0 || ::waitpid(child, &ran.status, 0) < 0) {
    return absl::UnavailableError(std::strerror(errno));
  }
  return ran;
}

std::string ServerProgram() {
  std::error_code error;
  const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path() / "citylayersd";
  return !error && fs::exists(beside, error) ? beside.string() : "citylayersd";
}

std::string KindOf(long type) {
  switch (static_cast<unsigned long>(type)) {
    case 0xEF53:
      return "ext4";
    case 0x58465342:
      return "xfs";
    case 0x9123683E:
      return "btrfs";
    case 0x01021994:
      return "tmpfs";
    case 0x858458F6:
      return "ramfs";
    case 0x6969:
      return "nfs";
    case 0xFF534D42:
      return "cifs";
    case 0x65735546:
      return "fuse";
    case 0x794C7630:
      return "overlayfs";
    default:
      return "";
  }
}

class Socket {
 public:
  explicit Socket(int number) : number_(number) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  bool Wait(short events) const {
    pollfd waited = {number_, events, 0};
    return ::poll(&waited, 1, kWaitMs) == 1;
  }

 private:
  const int number_;
};

// nullptr: nothing accepts connections there.
std::unique_ptr<Socket> Connect(const std::string& text) {
  auto address = runtime::ParseAddress(text, "address");
  if (!address.ok()) return nullptr;
  // A server that listens on all addresses answers on loopback.
  if (address->host == "0.0.0.0" || address->host == "::") address->host = "127.0.0.1";
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address->host.c_str(), StrCat(address->port).c_str(), &wanted, &found) != 0) {
    return nullptr;
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> all(found, freeaddrinfo);
  auto socket = std::make_unique<Socket>(
      ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  int error = 0;
  if (::connect(socket->number(), found->ai_addr, found->ai_addrlen) != 0) {
    socklen_t size = sizeof(error);
    if (errno != EINPROGRESS || !socket->Wait(POLLOUT) ||
        ::getsockopt(socket->number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
      return nullptr;
    }
  }
  return socket;
}

absl::Time TimeOf(const ASN1_TIME* time) {
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<ServerConfig> ParseServerConfig(std::string_view text) {
  ASSIGN_OR_RETURN(const toml::table table, ParseToml(text, "citylayersd --print-config"));
  ServerConfig config;
  for (const auto& [section, node] : table) {
    const toml::table* keys = node.as_table();
    if (keys == nullptr) continue;
    for (const auto& [key, value] : *keys) {
      std::ostringstream written;
      if (const auto* text_value = value.as_string()) {
        written << text_value->get();
      } else {
        written << toml::node_view<const toml::node>(value);
      }
      config[StrCat(std::string(section.str()), ".", std::string(key.str()))] = written.str();
    }
  }
  return config;
}

absl::StatusOr<ServerConfig> ReadServerConfig(const std::string& config_file) {
  std::vector<std::string> words = {ServerProgram(), "--print-config"};
  if (!config_file.empty()) words.insert(words.end(), {"--config", config_file});
  ASSIGN_OR_RETURN(const Ran ran, RunProgram(words));
  if (WIFEXITED(ran.status) && WEXITSTATUS(ran.status) == 127) {
    return absl::NotFoundError("citylayersd is neither beside this program nor in PATH");
  }
  if (!WIFEXITED(ran.status) || WEXITSTATUS(ran.status) != 0) {
    return absl::InvalidArgumentError(absl::StripSuffix(ran.output, "\n"));
  }
  return ParseServerConfig(ran.output);
}

absl::StatusOr<DiskFacts> ReadDisk(const std::string& path) {
  std::error_code error;
  fs::path existing = fs::absolute(path, error);
  while (!fs::exists(existing, error) && existing.has_relative_path()) {
    existing = existing.parent_path();
  }
  struct statvfs space {};
  struct statfs kind {};
  if (::statvfs(existing.c_str(), &space) != 0 || ::statfs(existing.c_str(), &kind) != 0) {
    return absl::UnavailableError(StrCat(existing.string(), ": ", std::strerror(errno)));
  }
  return DiskFacts{.path = path,
                   .free_bytes = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize,
                   .total_bytes = static_cast<std::uint64_t>(space.f_blocks) * space.f_frsize,
                   .file_system = KindOf(kind.f_type),
                   .read_only = (space.f_flag & ST_RDONLY) != 0};
}

ClockFacts ReadClock() {
  timex state{};
  const int result = ::adjtimex(&state);
  if (result < 0) return {.is_known = false, .is_synchronized = false, .error_max = {}};
  return {.is_known = true,
          .is_synchronized = result != TIME_ERROR && (state.status & STA_UNSYNC) == 0,
          .error_max = absl::Microseconds(state.maxerror)};
}

std::optional<unsigned> ReadMode(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return info.st_mode & 07777;
}

absl::StatusOr<std::pair<absl::Time, absl::Time>> ReadCertificate(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                             std::fclose);
  if (file == nullptr) return absl::UnavailableError(StrCat(path, ": ", std::strerror(errno)));
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_X509(file.get(), nullptr, nullptr, nullptr), X509_free);
  if (certificate == nullptr) {
    return absl::InvalidArgumentError(StrCat(path, " has no certificate in PEM"));
  }
  return std::pair(TimeOf(X509_get0_notBefore(certificate.get())),
                   TimeOf(X509_get0_notAfter(certificate.get())));
}

bool Answers(const std::string& address) { return Connect(address) != nullptr; }

std::optional<std::string> RunningVersion(const std::string& admin_address) {
  const std::unique_ptr<Socket> socket = Connect(admin_address);
  if (socket == nullptr) return std::nullopt;
  constexpr std::string_view kRequest =
      "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (::send(socket->number(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) {
    return std::nullopt;
  }
  std::string text;
  std::array<char, 16'384> part;
  while (text.size() < kTextBytesMax && socket->Wait(POLLIN)) {
    const ssize_t count = ::recv(socket->number(), part.data(), part.size(), 0);
    if (count <= 0) break;
    text.append(part.data(), static_cast<std::size_t>(count));
  }
  return ParseVersion(text);
}

std::optional<std::string> ParseVersion(std::string_view metrics) {
  const std::size_t metric = metrics.find("\ncitylayers_build_info{");
  if (metric == std::string_view::npos) return std::nullopt;
  const std::string_view line = metrics.substr(metric + 1, metrics.find('\n', metric + 1) - metric);
  constexpr std::string_view kLabel = "version=\"";
  const std::size_t label = line.find(kLabel);
  if (label == std::string_view::npos) return std::nullopt;
  const std::string_view value = line.substr(label + kLabel.size());
  return std::string(value.substr(0, value.find('"')));
}

std::vector<std::string> FindLeftovers(const std::string& data, const std::string& backups) {
  std::vector<std::string> found;
  std::error_code error;
  for (const char* name : {"/.restoring", "/readings/backup-copy", "/alerts/backup-copy"}) {
    if (fs::exists(data + name, error)) found.push_back(data + name);
  }
  if (backups.empty()) return found;
  for (fs::directory_iterator entries(backups, error);
       !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    if (absl::StartsWith(name, ToAbsl(storage::kIncompletePrefix))) {
      found.push_back(entries->path().string());
    }
  }
  return found;
}

}  // namespace citylayers::cli
