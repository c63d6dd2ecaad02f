// TCP sockets as descriptors.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_TCP_SOCKET_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_TCP_SOCKET_H_

#include <cstdint>
#include <string>

#include <netdb.h>
#include <sys/socket.h>

namespace citylayers::runtime {

/// "127.0.0.1:53210", "[::1]:53210"; an IPv4 address of an IPv6 socket as IPv4, as gRPC names it.
std::string PeerText(const sockaddr_storage& address);

/// Identifies the socket: a descriptor of another inode is another socket. 0: it is closed.
std::uint64_t InodeOf(int descriptor);

/// Number of bytes that the kernel has received on the connection.
std::uint64_t ReceivedBytes(int descriptor);

/// setsockopt with an integer; errors are ignored.
void SetOption(int descriptor, int level, int option, int value);

/// A listening socket on `found`, for IPv4 as well if it is an IPv6 address; -1 with errno. `port`
/// replaces the port of `found`; 0: a free one.
int ListenOn(const addrinfo& found, std::uint16_t port);

/// The port of a listening socket.
std::uint16_t PortOf(int listener);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_TCP_SOCKET_H_
