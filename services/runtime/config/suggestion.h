// The name that a misspelt word probably means, for error messages.
#ifndef CITYLAYERS_SERVICES_RUNTIME_CONFIG_SUGGESTION_H_
#define CITYLAYERS_SERVICES_RUNTIME_CONFIG_SUGGESTION_H_

#include <string>
#include <string_view>
#include <vector>

namespace citylayers::runtime {

/// Returns the name in `known` nearest to `word` by edit distance when it is near enough to be a
/// misspelling; otherwise empty. Takes the product of the lengths per name; a word longer than 64
/// bytes has no suggestion.
std::string Suggest(std::string_view word, const std::vector<std::string>& known);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_CONFIG_SUGGESTION_H_
