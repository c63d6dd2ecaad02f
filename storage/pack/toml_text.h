// Writing TOML so that equal values give equal text.
#ifndef CITYLAYERS_STORAGE_PACK_TOML_TEXT_H_
#define CITYLAYERS_STORAGE_PACK_TOML_TEXT_H_

#include <string>
#include <string_view>

namespace citylayers::storage {

/// A TOML basic string with its quotes. Bytes that are not UTF-8 are the caller's business.
std::string TomlString(std::string_view text);

/// The shortest TOML float that reads back as `value`. REQUIRES: finite.
std::string TomlNumber(double value);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_PACK_TOML_TEXT_H_
