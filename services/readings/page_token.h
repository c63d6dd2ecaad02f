// Page tokens with a text as position, such as the id of the last station of a page.
#ifndef CITYLAYERS_SERVICES_READINGS_PAGE_TOKEN_H_
#define CITYLAYERS_SERVICES_READINGS_PAGE_TOKEN_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include <google/protobuf/message.h>

namespace citylayers::readings {

/// Returns an opaque token that continues the list of `request` after `position`. It is bound to
/// the type and the fields of the request except page_size and page_token. URL-safe text. (The
/// tokens of runtime/rpc/paging.h hold a number.)
std::string MakePageToken(const google::protobuf::Message& request, std::string_view position);

/// Returns the position of the page_token `token` of `request`; empty for an empty token.
/// INVALID_ARGUMENT: not a token that MakePageToken made for this request.
absl::StatusOr<std::string> ReadPageToken(const google::protobuf::Message& request,
                                          std::string_view token);

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_PAGE_TOKEN_H_
