// The credentials that a call or a request carries.
#ifndef CITYLAYERS_SERVICES_ACCESS_CREDENTIALS_H_
#define CITYLAYERS_SERVICES_ACCESS_CREDENTIALS_H_

#include <string_view>

#include "absl/status/statusor.h"

namespace citylayers::access {

/// The key of a call, from the values of its headers `authorization` ("Bearer KEY") and `x-api-key`
/// (empty: not sent); empty when it has none. The scheme Basic is that of a proxy and counts as not
/// sent. UNAUTHENTICATED: another scheme, or two different keys. The message never contains them.
/// The result is a part of one of the texts.
absl::StatusOr<std::string_view> CredentialOf(std::string_view authorization,
                                              std::string_view api_key);

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_CREDENTIALS_H_
