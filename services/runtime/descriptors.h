// Limits of the process's file descriptors: the total, and the part that connections may use.
#ifndef CITYLAYERS_SERVICES_RUNTIME_DESCRIPTORS_H_
#define CITYLAYERS_SERVICES_RUNTIME_DESCRIPTORS_H_

#include <cstdint>

namespace citylayers::runtime {

/// Raises the soft limit of open files (RLIMIT_NOFILE) to `wanted`, or to the hard limit when that
/// is lower, and returns the soft limit that holds now. Never lowers it.
std::int64_t RaiseDescriptorLimit(std::int64_t wanted);

/// Returns the first descriptor number that a connection may not have, so that `reserve` numbers of
/// `limit` remain for files of the store, calls to other processes and probes. At least half of the
/// limit is for connections. The kernel assigns the lowest free number, so a new socket with this
/// number or a higher one shows that as many descriptors are open; the listener closes it.
int ConnectionDescriptorsEnd(std::int64_t limit, std::int64_t reserve);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_DESCRIPTORS_H_
