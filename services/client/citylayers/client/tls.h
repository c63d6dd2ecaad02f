// TLS of connections to a citylayers server.
#ifndef CITYLAYERS_CLIENT_TLS_H_
#define CITYLAYERS_CLIENT_TLS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include <grpcpp/security/credentials.h>

namespace citylayers::client {

struct TlsFiles {
  /// PEM file with the authorities by which the server is checked; empty: those of the system.
  std::string ca_file;
  /// PEM files with the certificate that the client shows, followed by those that lead to its
  /// authority, and with its key; empty: none.
  std::string certificate_file;
  std::string key_file;
};

/// Credentials for ChannelOptions. The server's certificate must be of one of the authorities, and
/// name the host of the channel's address. The files are read once: make a new channel when they
/// have changed. INVALID_ARGUMENT: a certificate without its key, or a key without its certificate.
/// NOT_FOUND: a file cannot be read. FAILED_PRECONDITION: a file has no PEM text.
///
///   ASSIGN_OR_RETURN(auto credentials, MakeTlsCredentials({.ca_file = "city-ca.crt"}));
///   const auto channel = MakeChannel("maps.example.org:50051", {.credentials = credentials});
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeTlsCredentials(
    const TlsFiles& files = {});

}  // namespace citylayers::client

#endif  // CITYLAYERS_CLIENT_TLS_H_
