#include "services/alerts/filter_lexer.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "base/status_macros.h"

namespace citylayers::alerts {
namespace {

using Kind = FilterToken::Kind;

bool IsWordEnd(char c) {
  return absl::ascii_isspace(c) || absl::StrContains("()=!<>:\"'", std::string(1, c));
}

class Lexer {
 public:
  explicit Lexer(absl::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<FilterToken>> Run() {
    while (true) {
      while (at_ < text_.size() && absl::ascii_isspace(text_[at_])) ++at_;
      if (at_ == text_.size()) break;
      const bool after_operator = !tokens_.empty() && tokens_.back().kind == Kind::kOperator;
      if (text_[at_] == '"' || text_[at_] == '\'') {
        RETURN_IF_ERROR(Quoted());
      } else if (text_[at_] == '(' && (after_operator || values_depth_ > 0)) {
        ++values_depth_;
        Add(Kind::kOpen, 1);
      } else if (text_[at_] == ')' && values_depth_ > 0) {
        --values_depth_;
        Add(Kind::kClose, 1);
      } else if ((after_operator || values_depth_ > 0) && text_[at_] != ')') {
        Value();
      } else if (text_[at_] == '(' || text_[at_] == ')') {
        Add(text_[at_] == '(' ? Kind::kOpen : Kind::kClose, 1);
      } else if (absl::StrContains("=!<>:", std::string(1, text_[at_]))) {
        RETURN_IF_ERROR(Operator());
      } else if (text_[at_] == '-' && at_ + 1 < text_.size() &&
                 !absl::ascii_isspace(text_[at_ + 1])) {
        Add(Kind::kMinus, 1);
      } else {
        size_t end = at_;
        while (end < text_.size() && !IsWordEnd(text_[end])) ++end;
        Add(Kind::kWord, end - at_);
      }
    }
    tokens_.push_back({.kind = Kind::kEnd, .position = text_.size()});
    return std::move(tokens_);
  }

 private:
  void Add(Kind kind, size_t size) {
    tokens_.push_back(
        {.kind = kind, .text = std::string(text_.substr(at_, size)), .position = at_});
    at_ += size;
  }

  absl::Status Operator() {
    const bool two =
        at_ + 1 < text_.size() && text_[at_ + 1] == '=' && text_[at_] != '=' && text_[at_] != ':';
    if (text_[at_] == '!' && !two) {
      return absl::InvalidArgumentError(
          absl::StrCat(FilterPosition(text_, at_), "\"!\" stands alone: write != or NOT"));
    }
    Add(Kind::kOperator, two ? 2 : 1);
    return absl::OkStatus();
  }

  void Value() {
    size_t end = at_;
    while (end < text_.size() && !absl::ascii_isspace(text_[end]) && text_[end] != ')') ++end;
    const absl::string_view word = text_.substr(at_, end - at_);
    if (values_depth_ > 0 && (word == "AND" || word == "OR" || word == "NOT")) {
      return Add(Kind::kWord, end - at_);
    }
    Add(Kind::kValue, end - at_);
    FilterToken& token = tokens_.back();
    for (size_t i = 0; i < token.text.size(); ++i) {
      if (token.text[i] == '*') token.stars.push_back(i);
    }
  }

  absl::Status Quoted() {
    FilterToken token{.kind = Kind::kValue, .position = at_};
    const char quote = text_[at_];
    for (size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] == quote) {
        tokens_.push_back(std::move(token));
        at_ = i + 1;
        return absl::OkStatus();
      }
      if (text_[i] == '\\' && i + 1 < text_.size()) {
        token.text += text_[++i];
        continue;
      }
      if (text_[i] == '*') token.stars.push_back(token.text.size());
      token.text += text_[i];
    }
    return absl::InvalidArgumentError(
        absl::StrCat(FilterPosition(text_, at_), "the quote that begins here does not end"));
  }

  const absl::string_view text_;
  size_t at_ = 0;
  int values_depth_ = 0;  // Parentheses of a composite value that are open: `kind = (JAM OR ...`.
  std::vector<FilterToken> tokens_;
};

}  // namespace

absl::StatusOr<std::vector<FilterToken>> LexFilter(absl::string_view text) {
  return Lexer(text).Run();
}

std::string FilterPosition(absl::string_view text, size_t byte) {
  size_t character = 1;
  for (const char c : text.substr(0, byte)) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80)
      ++character;  // Not a continuation byte of UTF-8.
  }
  return absl::StrCat("filter, character ", character, ": ");
}

}  // namespace citylayers::alerts
