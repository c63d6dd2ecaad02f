#include "services/alerts/operator_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace citylayers::alerts {
namespace {

bool IsBlank(absl::string_view text) { return absl::StripAsciiWhitespace(text).empty(); }

absl::Status CheckLength(absl::string_view field, absl::string_view text,
                         std::size_t characters_max) {
  std::size_t characters = 0;
  for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  if (characters <= characters_max) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, ": has ", characters,
                                                 " characters; at most ", characters_max,
                                                 " are accepted: shorten it"));
}

}  // namespace

absl::Status CheckActor(absl::string_view actor, std::size_t characters_max) {
  if (IsBlank(actor)) {
    return absl::InvalidArgumentError("actor: it is empty: give the name of the operator");
  }
  return CheckLength("actor", actor, characters_max);
}

absl::Status CheckComment(absl::string_view comment, bool is_required, std::size_t characters_max) {
  if (is_required && IsBlank(comment)) {
    return absl::InvalidArgumentError("comment: it is empty: give the reason");
  }
  return CheckLength("comment", comment, characters_max);
}

}  // namespace citylayers::alerts
