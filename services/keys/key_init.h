// The first API key of a city, made without a server.
#ifndef CITYLAYERS_SERVICES_KEYS_KEY_INIT_H_
#define CITYLAYERS_SERVICES_KEYS_KEY_INIT_H_

#include <string>

#include "absl/status/statusor.h"

#include "services/access/api_key.h"

namespace citylayers::keys {

/// Creates DATA/keys/ (mode 0700) and its key file with one key of scope admin, and returns the
/// key. It belongs to the calling user, who must be the one that runs the server. INVALID_ARGUMENT:
/// the principal (CheckPrincipal). ALREADY_EXISTS: there are keys. FAILED_PRECONDITION: a server
/// uses the directory, or as LoadKeys. DATA_LOSS: as LoadKeys. UNAVAILABLE: the disk failed.
absl::StatusOr<access::ApiKey> InitKeys(const std::string& data_directory, std::string principal);

}  // namespace citylayers::keys

#endif  // CITYLAYERS_SERVICES_KEYS_KEY_INIT_H_
