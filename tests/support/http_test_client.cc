#include "tests/support/http_test_client.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/strings.h"

namespace citylayers::runtime {

std::string TestResponse::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return "";
}

TestClient::TestClient(std::uint16_t port) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval timeout{10, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(fd_);
    fd_ = -1;
  }
}

TestClient::~TestClient() {
  if (fd_ >= 0) close(fd_);
}

void TestClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

void TestClient::ShutdownSend() { shutdown(fd_, SHUT_WR); }

bool TestClient::Fill() {
  char bytes[16384];
  const ssize_t size = recv(fd_, bytes, sizeof bytes, 0);
  if (size <= 0) return false;
  buffer_.append(bytes, static_cast<std::size_t>(size));
  return true;
}

std::string TestClient::ReadUntil(std::string_view text) {
  while (buffer_.find(text) == std::string::npos) {
    if (!Fill()) break;
  }
  return std::exchange(buffer_, {});
}

bool TestClient::WaitClosed() {
  char byte;
  while (true) {
    const ssize_t size = recv(fd_, &byte, 1, 0);
    if (size == 0) return true;
    if (size < 0) return errno == ECONNRESET;
  }
}

TestResponse TestClient::Read(bool head_request) {
  TestResponse response;
  std::size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return response;
  }
  response.head = buffer_.substr(0, end);
  buffer_.erase(0, end + 4);
  std::vector<std::string> lines = absl::StrSplit(response.head, "\r\n");
  if (!absl::SimpleAtoi(lines[0].substr(9, 3), &response.status)) return response;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t colon = lines[i].find(": ");
    response.headers.emplace_back(absl::AsciiStrToLower(lines[i].substr(0, colon)),
                                  lines[i].substr(colon + 2));
  }
  const bool bodyless = head_request || response.status == 204 || response.status == 304;
  std::size_t length = 0;
  if (bodyless) {
    response.complete = true;
  } else if (absl::SimpleAtoi(response.Header("content-length"), &length)) {
    while (buffer_.size() < length && Fill()) {
    }
    response.body = buffer_.substr(0, length);
    response.complete = response.body.size() == length;
    buffer_.erase(0, length);
  } else if (response.Header("transfer-encoding") == "chunked") {
    while (true) {
      std::size_t line;
      while ((line = buffer_.find("\r\n")) == std::string::npos) {
        if (!Fill()) return response;
      }
      const std::size_t size = std::stoul(buffer_.substr(0, line), nullptr, 16);
      while (buffer_.size() < line + 2 + size + 2) {
        if (!Fill()) return response;
      }
      response.body += buffer_.substr(line + 2, size);
      buffer_.erase(0, line + 2 + size + 2);
      if (size == 0) break;
    }
    response.complete = true;
  } else {
    while (Fill()) {
    }
    response.body = std::exchange(buffer_, {});
    response.complete = true;
  }
  return response;
}

TestResponse TestClient::Request(std::string_view method, std::string_view target,
                                 std::string_view headers, std::string_view body) {
  std::string bytes = StrCat(method, " ", target, " HTTP/1.1\r\nHost: test\r\n", headers);
  if (!body.empty() || method == "POST") {
    StrAppend(&bytes, "Content-Length: ", body.size(), "\r\n");
  }
  StrAppend(&bytes, "\r\n", body);
  Send(bytes);
  return Read(method == "HEAD");
}

}  // namespace citylayers::runtime
