#include "tests/bench/nginx.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strings.h"

namespace citylayers::bench {
namespace {

constexpr absl::Duration kStartMax = absl::Seconds(10);

constexpr char kConfiguration[] = R"(daemon off;
worker_processes 2;
pid %1$s/pid;
error_log %1$s/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=100;
  keepalive_requests 1000000000;
  client_body_temp_path %1$s/body;
  proxy_temp_path %1$s/proxy;
  fastcgi_temp_path %1$s/fastcgi;
  uwsgi_temp_path %1$s/uwsgi;
  scgi_temp_path %1$s/scgi;
  types { application/vnd.mapbox-vector-tile mvt; }
  server { listen 127.0.0.1:%2$d; root %1$s/www; }
}
)";

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// nginx cannot choose a free port. If another program takes this one first, nginx reports it.
int FreePort() {
  const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  int port = 0;
  if (bind(socket_fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      getsockname(socket_fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
  }
  close(socket_fd);
  return port;
}

bool Listens(int port) {
  const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(port);
  const bool listens =
      connect(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(socket_fd);
  return listens;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Nginx>> Nginx::Start(const std::string& directory,
                                                    std::string_view bytes) {
  std::error_code error;
  std::filesystem::create_directories(directory + "/www", error);
  // Workers run as another user when the master is root.
  std::filesystem::permissions(
      std::filesystem::path(directory).parent_path(),
      std::filesystem::perms::others_exec | std::filesystem::perms::others_read,
      std::filesystem::perm_options::add, error);
  std::ofstream(directory + "/www/tile.mvt", std::ios::binary) << bytes;
  const int port = FreePort();
  const std::string file = directory + "/nginx.conf";
  std::ofstream(file) << absl::StrFormat(kConfiguration, directory, port);

  std::unique_ptr<Nginx> nginx(new Nginx());
  nginx->url_ = StrCat("http://127.0.0.1:", port, "/tile.mvt");
  const std::string log = directory + "/start.log";
  nginx->pid_ = fork();
  if (nginx->pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    const int log_fd = open(log.c_str(), O_WRONLY | O_CREAT, 0644);
    dup2(log_fd, STDERR_FILENO);
    execlp("nginx", "nginx", "-p", directory.c_str(), "-c", file.c_str(), nullptr);
    _exit(127);
  }
  const absl::Time deadline = absl::Now() + kStartMax;
  while (!Listens(port)) {
    const bool ended = waitpid(nginx->pid_, nullptr, WNOHANG) == nginx->pid_;
    if (ended) nginx->pid_ = -1;
    if (ended || absl::Now() > deadline) {
      return absl::UnavailableError(StrCat("nginx does not start; see ", log));
    }
    absl::SleepFor(absl::Milliseconds(20));
  }
  return nginx;
}

Nginx::~Nginx() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

}  // namespace citylayers::bench
