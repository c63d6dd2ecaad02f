// Lexer of the filter language.
#ifndef CITYLAYERS_SERVICES_ALERTS_FILTER_LEXER_H_
#define CITYLAYERS_SERVICES_ALERTS_FILTER_LEXER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace citylayers::alerts {

struct FilterToken {
  enum class Kind { kWord, kValue, kOpen, kClose, kMinus, kOperator, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;           ///< Without quotes and escapes.
  size_t position = 0;        ///< Offset of its first byte.
  std::vector<size_t> stars;  ///< Of a value: offsets in `text` of the stars that are wildcards.
};

/// The tokens, with a kEnd behind. The token after an operator is a value: a quoted text, or all
/// text up to white space or a closing parenthesis, so that times and negative numbers need no
/// quotes.
/// INVALID_ARGUMENT: a quote that does not end, a lone `!`.
absl::StatusOr<std::vector<FilterToken>> LexFilter(absl::string_view text);

/// "filter, character 7: ". Counts characters from 1, not bytes.
std::string FilterPosition(absl::string_view text, size_t byte);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_FILTER_LEXER_H_
