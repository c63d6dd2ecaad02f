// The socket of a fake service manager, which receives the messages of sd_notify.
#ifndef CITYLAYERS_TESTS_SUPPORT_MANAGER_SOCKET_H_
#define CITYLAYERS_TESTS_SUPPORT_MANAGER_SOCKET_H_

#include <array>
#include <cstddef>
#include <cstring>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace citylayers::test {

/// At a path, or at @NAME in the abstract namespace.
class ManagerSocket {
 public:
  explicit ManagerSocket(const std::string& name)
      : number_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const std::size_t size =
        offsetof(sockaddr_un, sun_path) + name.size() + (name.front() == '@' ? 0 : 1);
    EXPECT_EQ(
        ::bind(number_, reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size)),
        0);
  }
  ManagerSocket(const ManagerSocket&) = delete;
  ManagerSocket& operator=(const ManagerSocket&) = delete;
  ~ManagerSocket() { ::close(number_); }

  /// The next message that has been sent; empty when there is none.
  std::string Next() {
    std::array<char, 4096> bytes;
    const ssize_t size = ::recv(number_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    return size < 0 ? "" : std::string(bytes.data(), static_cast<std::size_t>(size));
  }

 private:
  const int number_;
};

}  // namespace citylayers::test

#endif  // CITYLAYERS_TESTS_SUPPORT_MANAGER_SOCKET_H_
