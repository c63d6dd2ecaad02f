// Display width of text in terminal columns.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_DISPLAY_WIDTH_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_DISPLAY_WIDTH_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace citylayers::cli {

/// Columns of UTF-8 text: combining marks take none (decomposed Vietnamese counts as composed),
/// wide East Asian characters and emoji take two, control characters none. Each byte that is not
/// UTF-8 takes one.
std::size_t DisplayWidth(std::string_view text);

/// The longest prefix of at most `width` columns, ending in "…" when it was cut.
std::string FitWidth(std::string_view text, std::size_t width);

/// The text on one line that cannot move the cursor: control characters become spaces.
std::string OneLine(std::string_view text);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_DISPLAY_WIDTH_H_
