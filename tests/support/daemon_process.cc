#include "tests/support/daemon_process.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include "absl/time/clock.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::test_support {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(5);
constexpr std::size_t kLogTailBytes = 2000;

std::string ReadFrom(const std::string& file, std::size_t begin) {
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(begin));
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// The word after `before`, up to white space.
std::string WordAfter(std::string_view text, std::string_view before) {
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) return "";
  const std::string_view rest = text.substr(at + before.size());
  return std::string(rest.substr(0, rest.find_first_of(" \n")));
}

std::string Tail(std::string_view text) {
  return std::string(text.substr(text.size() - std::min(text.size(), kLogTailBytes)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<DaemonProcess>> DaemonProcess::Start(
    const DaemonProcessOptions& options) {
  std::vector<std::string> words = {options.program, "--allow-root"};  // CI runs as root
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  for (const char* flag : {"--grpc", "--http", "--admin"}) {
    words.insert(words.end(), {flag, "127.0.0.1:0"});
  }
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  const int log = open(options.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) {
    return absl::FailedPreconditionError(
        StrCat("cannot write ", options.log_file, ": ", std::strerror(errno)));
  }
  const auto log_begin = static_cast<std::size_t>(lseek(log, 0, SEEK_END));
  std::unique_ptr<DaemonProcess> daemon(new DaemonProcess(options.log_file));
  const pid_t parent = getpid();
  daemon->pid_ = fork();
  if (daemon->pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    dup2(log, STDERR_FILENO);
    dup2(log, STDOUT_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(log);
  if (daemon->pid_ < 0) {
    return absl::InternalError(StrCat("cannot start a process: ", std::strerror(errno)));
  }
  RETURN_IF_ERROR(daemon->WaitUntilListening(log_begin, options.start_timeout));
  return daemon;
}

absl::Status DaemonProcess::WaitUntilListening(std::size_t log_begin, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    const bool ended = Ended();
    const std::string log = ReadFrom(log_file_, log_begin);
    // The last line of the start; it is complete once its line end has been written.
    const std::size_t line = log.find("listening grpc=");
    if (line != std::string::npos && log.find('\n', line) != std::string::npos) {
      grpc_address_ = WordAfter(log, "listening grpc=");
      admin_address_ = WordAfter(log, " admin=");
      const std::string http_port = WordAfter(log, "listening to HTTP port=");
      if (!http_port.empty()) http_address_ = StrCat("127.0.0.1:", http_port);
      return absl::OkStatus();
    }
    if (ended) return absl::UnavailableError(StrCat("the daemon ended:\n", Tail(log)));
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(StrCat("the daemon does not listen:\n", Tail(log)));
    }
    absl::SleepFor(kPoll);
  }
}

bool DaemonProcess::Ended() {
  if (pid_ > 0 && waitpid(pid_, &exit_status_, WNOHANG) == pid_) pid_ = -1;
  return pid_ <= 0;
}

void DaemonProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, &exit_status_, 0);
  pid_ = -1;
}

absl::Status DaemonProcess::Stop(absl::Duration timeout) {
  if (pid_ <= 0) return absl::OkStatus();
  kill(pid_, SIGTERM);
  const absl::Time deadline = absl::Now() + timeout;
  while (!Ended()) {
    if (absl::Now() > deadline) {
      Kill();
      return absl::DeadlineExceededError("the daemon did not end after SIGTERM");
    }
    absl::SleepFor(kPoll);
  }
  if (WIFEXITED(exit_status_) && WEXITSTATUS(exit_status_) == 0) return absl::OkStatus();
  return absl::InternalError(StrCat("the daemon ended with status ", exit_status_));
}

DaemonProcess::~DaemonProcess() { Kill(); }

}  // namespace citylayers::test_support
