// Grammar, after AIP-160:
//   filter = [and]      and = or { ["AND"] or }      or = term { "OR" term }
//   term = ["NOT" | "-"] (comparison | "(" and ")")  comparison = field operator (value | values)
//   values = "(" values and, or and not as above, over single values ")"
#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "base/spelling.h"
#include "base/status_macros.h"
#include "services/alerts/filter_lexer.h"
#include "services/alerts/filter_tree.h"
#include "services/runtime/config/config.h"
#include "services/runtime/config/suggestion.h"

namespace citylayers::alerts {
namespace {

using Node = Filter::Node;
using NodePtr = std::shared_ptr<const Node>;
using Kind = FilterToken::Kind;

// " Did you mean "severity"?" when a name is similar, else empty.
std::string DidYouMean(absl::string_view word, const std::vector<std::string>& names) {
  // No name is longer, and the time for the edit distance grows with the length.
  const absl::string_view start = word.substr(0, 100);
  const std::string near = runtime::Suggest({start.data(), start.size()}, names);
  return near.empty() ? "" : absl::StrCat(" Did you mean \"", near, "\"?");
}

class Parser {
 public:
  Parser(absl::string_view text, std::vector<FilterToken> tokens, const FilterSchema& schema,
         const FilterLimits& limits)
      : text_(text), tokens_(std::move(tokens)), schema_(schema), limits_(limits) {}

  absl::StatusOr<NodePtr> Run() {
    if (Peek().kind == Kind::kEnd) return NodePtr();
    ASSIGN_OR_RETURN(NodePtr root, And(0));
    if (Peek().kind == Kind::kClose) return Error(Peek(), "this parenthesis was not opened");
    if (Peek().kind != Kind::kEnd) return Error(Peek(), "expected AND, OR or the end");
    return root;
  }

 private:
  const FilterToken& Peek() const { return tokens_[at_]; }
  bool IsWord(absl::string_view word) const {
    return Peek().kind == Kind::kWord && Peek().text == word;
  }
  absl::Status Error(const FilterToken& token, absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(FilterPosition(text_, token.position), what));
  }

  static NodePtr Join(Node::Kind kind, std::vector<NodePtr> children) {
    if (children.size() == 1) return children[0];
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->children = std::move(children);
    return node;
  }

  absl::StatusOr<NodePtr> And(int depth) {
    std::vector<NodePtr> children;
    while (true) {
      ASSIGN_OR_RETURN(NodePtr child, Or(depth));
      children.push_back(std::move(child));
      if (IsWord("AND")) {
        ++at_;
      } else if (Peek().kind == Kind::kEnd || Peek().kind == Kind::kClose) {
        return Join(Node::Kind::kAnd, std::move(children));
      }
    }
  }

  absl::StatusOr<NodePtr> Or(int depth) {
    std::vector<NodePtr> children;
    while (true) {
      ASSIGN_OR_RETURN(NodePtr child, Term(depth));
      children.push_back(std::move(child));
      if (!IsWord("OR")) return Join(Node::Kind::kOr, std::move(children));
      ++at_;
    }
  }

  absl::StatusOr<NodePtr> Term(int depth) {
    if (depth >= limits_.depth_max) return TooDeep();
    if (IsWord("NOT") || Peek().kind == Kind::kMinus) {
      ++at_;
      ASSIGN_OR_RETURN(NodePtr child, Term(depth + 1));
      return Not(std::move(child));
    }
    if (Peek().kind == Kind::kOpen) {
      const FilterToken& open = tokens_[at_++];
      if (Peek().kind == Kind::kClose) return Error(open, "there is nothing in these parentheses");
      ASSIGN_OR_RETURN(NodePtr child, And(depth + 1));
      if (Peek().kind != Kind::kClose) return Error(open, "this parenthesis is not closed");
      ++at_;
      return child;
    }
    return Comparison(depth);
  }

  absl::StatusOr<NodePtr> Comparison(int depth) {
    const FilterToken& name = Peek();
    if (name.kind == Kind::kEnd) return Error(name, "expected a comparison, found the end");
    if (name.kind != Kind::kWord || name.text == "AND" || name.text == "OR") {
      return Error(name, absl::StrCat("expected a field, found \"", name.text, "\""));
    }
    if (++restrictions_ > limits_.restrictions_max) {
      return Error(name, absl::StrCat("more than ", limits_.restrictions_max, " comparisons"));
    }
    ++at_;
    if (Peek().kind != Kind::kOperator) {
      const std::string upper = absl::AsciiStrToUpper(name.text);
      if (upper == "AND" || upper == "OR" || upper == "NOT") {
        return Error(name, absl::StrCat("write ", upper, " in capital letters"));
      }
      return Error(name, absl::StrCat("\"", name.text,
                                      "\" stands alone: write a comparison, e.g. state = OPEN"));
    }
    auto node = std::make_shared<Node>();
    RETURN_IF_ERROR(SetField(name, *node));
    const FilterToken& op = tokens_[at_++];
    node->op = op.text == "="    ? FilterOperator::kEqual
               : op.text == "!=" ? FilterOperator::kNotEqual
               : op.text == "<"  ? FilterOperator::kLess
               : op.text == "<=" ? FilterOperator::kLessEqual
               : op.text == ">"  ? FilterOperator::kGreater
               : op.text == ">=" ? FilterOperator::kGreaterEqual
                                 : FilterOperator::kHas;
    if (Peek().kind != Kind::kOpen) return Value(*node, op.text);
    // `a != (x OR y)` is true where `a = (x OR y)` is not, as with one value.
    const bool is_negated = node->op == FilterOperator::kNotEqual;
    if (is_negated) node->op = FilterOperator::kEqual;
    ASSIGN_OR_RETURN(NodePtr values, ValuesTerm(*node, op.text, depth));
    return is_negated ? Not(std::move(values)) : values;
  }

  static NodePtr Not(NodePtr child) {
    auto node = std::make_shared<Node>();
    node->kind = Node::Kind::kNot;
    node->children = {std::move(child)};
    return node;
  }

  // One value of a comparison, whose field and operator `like` has.
  absl::StatusOr<NodePtr> Value(const Node& like, absl::string_view op) {
    if (Peek().kind != Kind::kValue) {
      return Error(Peek(), absl::StrCat("expected a value after ", op));
    }
    auto node = std::make_shared<Node>(like);
    RETURN_IF_ERROR(SetLiteral(tokens_[at_++], *node));
    return NodePtr(std::move(node));
  }

  absl::StatusOr<NodePtr> ValuesAnd(const Node& like, absl::string_view op, int depth) {
    std::vector<NodePtr> children;
    while (true) {
      std::vector<NodePtr> choices;
      do {
        if (!choices.empty()) ++at_;
        ASSIGN_OR_RETURN(NodePtr choice, ValuesTerm(like, op, depth));
        choices.push_back(std::move(choice));
      } while (IsWord("OR"));
      children.push_back(Join(Node::Kind::kOr, std::move(choices)));
      if (IsWord("AND")) {
        ++at_;
      } else if (Peek().kind == Kind::kEnd || Peek().kind == Kind::kClose) {
        return Join(Node::Kind::kAnd, std::move(children));
      }
    }
  }

  absl::StatusOr<NodePtr> ValuesTerm(const Node& like, absl::string_view op, int depth) {
    if (depth >= limits_.depth_max) return TooDeep();
    if (IsWord("NOT")) {
      ++at_;
      ASSIGN_OR_RETURN(NodePtr child, ValuesTerm(like, op, depth + 1));
      return Not(std::move(child));
    }
    if (Peek().kind == Kind::kOpen) {
      const FilterToken& open = tokens_[at_++];
      if (Peek().kind == Kind::kClose) return Error(open, "there is nothing in these parentheses");
      ASSIGN_OR_RETURN(NodePtr child, ValuesAnd(like, op, depth + 1));
      if (Peek().kind != Kind::kClose) return Error(open, "this parenthesis is not closed");
      ++at_;
      return child;
    }
    if (++restrictions_ > limits_.restrictions_max) {
      return Error(Peek(), absl::StrCat("more than ", limits_.restrictions_max, " comparisons"));
    }
    return Value(like, op);
  }

  absl::Status TooDeep() const {
    return Error(Peek(), absl::StrCat("more than ", limits_.depth_max,
                                      " parentheses and negations inside one another"));
  }

  absl::Status SetField(const FilterToken& name, Node& node) const {
    std::vector<std::string> names;
    for (size_t i = 0; i < schema_.size(); ++i) {
      if (schema_[i].name == name.text) {
        node.field = &schema_[i];
        node.field_index = i;
        return absl::OkStatus();
      }
      names.push_back(schema_[i].name);
    }
    return Error(
        name, absl::StrCat("there is no field \"", name.text, "\".", DidYouMean(name.text, names),
                           " Fields: ", absl::StrJoin(names, ", ")));
  }

  absl::Status SetLiteral(const FilterToken& value, Node& node) const {
    const FilterField& field = *node.field;
    const auto expected = [&](absl::string_view what) {
      return Error(value, absl::StrCat("\"", value.text, "\" is not a value of ", field.name,
                                       ", which is ", what));
    };
    if (node.op == FilterOperator::kHas && value.text == "*" && value.stars.size() == 1) {
      node.is_presence = true;
      return absl::OkStatus();
    }
    switch (field.type) {
      case FilterType::kText:
        return SetText(value, node);
      case FilterType::kNumber: {
        double number = 0;
        if (!absl::SimpleAtod(value.text, &number) || !std::isfinite(number)) {
          return expected("a number");
        }
        node.literal = number;
        return absl::OkStatus();
      }
      case FilterType::kBool:
        if (value.text != "true" && value.text != "false") return expected("true or false");
        if (node.op != FilterOperator::kEqual && node.op != FilterOperator::kNotEqual &&
            node.op != FilterOperator::kHas) {
          return Error(value, absl::StrCat(field.name, " takes = and != only"));
        }
        node.literal = value.text == "true";
        return absl::OkStatus();
      case FilterType::kTime: {
        absl::Time time;
        if (std::string error; !absl::ParseTime(absl::RFC3339_full, value.text, &time, &error)) {
          return expected("a time, e.g. \"2026-11-21T17:30:00+07:00\"");
        }
        node.literal = time;
        return absl::OkStatus();
      }
      case FilterType::kEnum:
        return SetEnum(value, node);
    }
    return absl::InternalError("a filter field of no type");
  }

  absl::Status SetText(const FilterToken& value, Node& node) const {
    const bool wild = node.op == FilterOperator::kEqual || node.op == FilterOperator::kNotEqual;
    node.literal = value.text;
    // The spelling is computed for the whole text, because spaces at the ends of a part count.
    constexpr absl::string_view kStar = "\uE000";
    std::string text;
    for (size_t i = 0; i < value.text.size(); ++i) {
      const bool is_star = wild && std::binary_search(value.stars.begin(), value.stars.end(), i);
      absl::StrAppend(&text, is_star ? kStar : absl::string_view(value.text).substr(i, 1));
    }
    const Spelling spelling = Spelling::Of(text);
    node.has_marks = spelling.letters != spelling.marked;
    node.pieces = absl::StrSplit(node.has_marks ? spelling.marked : spelling.letters, kStar);
    return absl::OkStatus();
  }

  absl::Status SetEnum(const FilterToken& value, Node& node) const {
    const FilterField& field = *node.field;
    absl::string_view short_name = value.text;
    if (absl::StartsWith(short_name, field.enum_prefix)) {
      short_name.remove_prefix(field.enum_prefix.size());
    }
    const auto it = std::find(field.enum_names.begin(), field.enum_names.end(), short_name);
    if (it == field.enum_names.end()) {
      return Error(value,
                   absl::StrCat("\"", value.text, "\" is not a value of ", field.name, ".",
                                DidYouMean(absl::AsciiStrToUpper(short_name), field.enum_names),
                                " Values: ", absl::StrJoin(field.enum_names, ", ")));
    }
    node.literal = static_cast<int>(it - field.enum_names.begin());
    return absl::OkStatus();
  }

  const absl::string_view text_;
  const std::vector<FilterToken> tokens_;
  const FilterSchema& schema_;
  const FilterLimits& limits_;
  size_t at_ = 0;
  int restrictions_ = 0;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Filter::Node>> ParseFilterTree(absl::string_view text,
                                                                    const FilterSchema& schema,
                                                                    const FilterLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return absl::InvalidArgumentError(absl::StrCat("the filter has ", text.size(),
                                                   " bytes; at most ", limits.bytes_max,
                                                   " are accepted: shorten it"));
  }
  ASSIGN_OR_RETURN(std::vector<FilterToken> tokens, LexFilter(text));
  return Parser(text, std::move(tokens), schema, limits).Run();
}

}  // namespace citylayers::alerts
