// OpenSSL's access to a socket.
#ifndef CITYLAYERS_SERVICES_RUNTIME_TLS_SOCKET_BIO_H_
#define CITYLAYERS_SERVICES_RUNTIME_TLS_SOCKET_BIO_H_

#include <openssl/bio.h>

namespace citylayers::runtime {

/// A BIO that reads and writes a connected socket, which it does not own. Unlike OpenSSL's, it
/// never raises SIGPIPE when the peer has gone. The caller, or the SSL that it is given to, frees
/// it.
BIO* NewSocketBio(int descriptor);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_TLS_SOCKET_BIO_H_
