// Whether calls to a server leave this machine.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_SERVER_REACH_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_SERVER_REACH_H_

#include <string_view>

namespace citylayers::cli {

/// True when `server`, an address as in --server, is on this machine: its host is localhost, in
/// 127.0.0.0/8, or ::1, or it is a socket of the file system. Also reads the other forms of gRPC,
/// such as "dns:///HOST:PORT" and "ipv4:HOST:PORT,HOST:PORT"; of several addresses all must be on
/// this machine. False in doubt. Resolves no names.
bool IsOnThisMachine(std::string_view server);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_SERVER_REACH_H_
