// Text helpers on std::string_view. Debian's abseil is built for C++14, so its absl::string_view is
// a separate type and absl::StrCat does not accept std::string_view; these functions do.
#ifndef CITYLAYERS_BASE_STRINGS_H_
#define CITYLAYERS_BASE_STRINGS_H_

#include <string>
#include <string_view>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace citylayers {

/// The same characters, without a copy.
inline absl::string_view ToAbsl(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}
inline std::string_view ToStd(absl::string_view text) {
  return std::string_view(text.data(), text.size());
}

namespace detail {
template <typename T>
decltype(auto) StrCatArgument(const T& value) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return ToAbsl(value);
  } else {
    return (value);
  }
}
}  // namespace detail

/// absl::StrCat that accepts std::string_view as well.
template <typename... Parts>
std::string StrCat(const Parts&... parts) {
  return absl::StrCat(detail::StrCatArgument(parts)...);
}

/// absl::StrAppend that accepts std::string_view as well.
template <typename... Parts>
void StrAppend(std::string* out, const Parts&... parts) {
  absl::StrAppend(out, detail::StrCatArgument(parts)...);
}

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_STRINGS_H_
