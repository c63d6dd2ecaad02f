#include "base/toml_text.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers {
namespace {

absl::Status CheckHeaders(std::string_view text, std::string_view file) {
  int line_number = 0;
  for (absl::string_view line : absl::StrSplit(ToAbsl(text), '\n')) {
    ++line_number;
    // Before the bracket toml++ skips all Unicode white space; behind it, ASCII white space.
    while (!line.empty() && !absl::ascii_isgraph(static_cast<unsigned char>(line.front()))) {
      line.remove_prefix(1);
    }
    if (!absl::ConsumePrefix(&line, "[")) continue;
    absl::ConsumePrefix(&line, "[");
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const char c = line.empty() ? ' ' : line.front();
    const bool good = absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' ||
                      c == '"' || c == '\'' || c == ']';
    if (!good) {
      return absl::InvalidArgumentError(
          StrCat(file, ":", line_number, ": \"[\" begins a [section], but no name follows"));
    }
  }
  return absl::OkStatus();
}

/// True when toml++ reads the beginning of `rest` as the end of a line (ASCII or Unicode).
bool IsLineEnd(std::string_view rest) {
  if (rest.front() >= '\n' && rest.front() <= '\r') return true;
  for (const std::string_view mark : {"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"}) {
    if (rest.substr(0, mark.size()) == mark) return true;
  }
  return false;
}

int LineOf(std::string_view text, std::size_t at) {
  return 1 + static_cast<int>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

bool IsInWord(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
}

/// True when the character at `at` makes the bare word that begins at `word` a date or a time.
bool IsInDate(std::string_view text, std::size_t word, std::size_t at) {
  if (text[at] == ':') return true;
  return text[at] == '-' && at > word && IsDigit(text[at - 1]) && IsDigit(text[word]);
}

/// Checks every character that is outside comments and quoted strings.
absl::Status CheckCharacters(std::string_view text, std::string_view file) {
  std::string_view quote;  // the delimiter of the current string; empty: outside strings
  std::string open;        // the brackets that are open
  bool in_value = false;   // after the "=" of a line
  std::size_t word = 0;    // the beginning of the bare word that the next character continues
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (!quote.empty()) {
      if (text.substr(i, quote.size()) == quote) {
        i += quote.size();
        // A multi-line string may end with one or two quotes that belong to its content.
        for (int more = 0; quote.size() == 3 && more < 2; ++more) {
          if (i < text.size() && text[i] == quote.front()) ++i;
        }
        quote = {};
        continue;
      }
      // The end of a line ends a single-line string; toml++ reports that as an error.
      if (quote.size() == 1 && IsLineEnd(text.substr(i))) {
        quote = {};
      } else if (c == '\\' && quote.front() == '"' && i + 1 < text.size() &&
                 !IsLineEnd(text.substr(i + 1))) {
        i += 2;
      } else {
        ++i;
      }
      continue;
    }
    if (c == '#') {
      while (i < text.size() && !IsLineEnd(text.substr(i))) ++i;
      continue;
    }
    if (c == '"' || c == '\'') {
      const bool is_long = text.substr(i, 3) == (c == '"' ? "\"\"\"" : "'''");
      quote = text.substr(i, is_long ? 3 : 1);
      i += quote.size();
      continue;
    }
    if (i == 0 || !IsInWord(text[i - 1])) word = i;
    in_value = c == '=' || (in_value && !IsLineEnd(text.substr(i)));
    if ((in_value || !open.empty()) && IsInDate(text, word, i)) {
      return absl::InvalidArgumentError(
          StrCat(file, ":", LineOf(text, i),
                 ": dates, times and addresses need quotes, such as \"127.0.0.1:8080\""));
    }
    if (c == '[' || c == '{') open.push_back(c);
    if (c == ']' || c == '}') {
      if (open.empty() || open.back() != (c == ']' ? '[' : '{')) {
        return absl::InvalidArgumentError(StrCat(file, ":", LineOf(text, i), ": \"",
                                                 std::string(1, c),
                                                 "\" closes nothing that is open"));
      }
      open.pop_back();
    }
    if ((static_cast<unsigned char>(c) & 0x80U) != 0) {
      return absl::InvalidArgumentError(
          StrCat(file, ":", LineOf(text, i),
                 ": a character that is not ASCII is outside quotes; write names and values "
                 "with such characters in \"quotes\""));
    }
    ++i;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTomlText(std::string_view text, std::string_view file) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  RETURN_IF_ERROR(CheckCharacters(text, file));
  return CheckHeaders(text, file);
}

}  // namespace citylayers
