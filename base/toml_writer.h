// A writer of TOML for which equal values give equal text.
#ifndef CITYLAYERS_BASE_TOML_WRITER_H_
#define CITYLAYERS_BASE_TOML_WRITER_H_

#include <string>
#include <string_view>

namespace citylayers {

/// A TOML basic string with its quotes. The caller must ensure valid UTF-8.
std::string TomlString(std::string_view text);

/// The shortest TOML float that reads back as `value`. REQUIRES: finite.
std::string TomlNumber(double value);

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_TOML_WRITER_H_
