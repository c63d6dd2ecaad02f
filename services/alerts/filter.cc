#include "services/alerts/filter.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "base/spelling.h"
#include "base/status_macros.h"
#include "services/alerts/filter_tree.h"

namespace citylayers::alerts {
namespace {

using Node = Filter::Node;

// Whether `text` consists of the pieces with any text between them. Greedy matching from the left
// is correct: a later match of a middle piece leaves less room for the pieces after it.
bool MatchesPieces(absl::string_view text, const std::vector<std::string>& pieces) {
  if (pieces.size() == 1) return text == pieces[0];
  if (!absl::StartsWith(text, pieces.front())) return false;
  text.remove_prefix(pieces.front().size());
  for (size_t i = 1; i + 1 < pieces.size(); ++i) {
    const size_t at = text.find(pieces[i]);
    if (at == absl::string_view::npos) return false;
    text.remove_prefix(at + pieces[i].size());
  }
  return absl::EndsWith(text, pieces.back());
}

template <typename T>
bool Compare(const T& a, FilterOperator op, const T& b) {
  switch (op) {
    case FilterOperator::kEqual:
    case FilterOperator::kHas:
      return a == b;
    case FilterOperator::kNotEqual:
      return a != b;
    case FilterOperator::kLess:
      return a < b;
    case FilterOperator::kLessEqual:
      return a <= b;
    case FilterOperator::kGreater:
      return a > b;
    case FilterOperator::kGreaterEqual:
      return a >= b;
  }
  return false;
}

bool MatchesComparison(const Node& node, const FilterValue& value) {
  const bool is_set =
      !std::holds_alternative<std::monostate>(value) &&
      (!std::holds_alternative<std::string>(value) || !std::get<std::string>(value).empty());
  if (node.is_presence) return is_set;
  if (node.field->type == FilterType::kText) {
    const auto* text = std::get_if<std::string>(&value);
    const std::string empty;
    if (text == nullptr) text = &empty;
    if (node.op != FilterOperator::kEqual && node.op != FilterOperator::kNotEqual &&
        node.op != FilterOperator::kHas) {
      return Compare(*text, node.op, std::get<std::string>(node.literal));
    }
    const Spelling spelling = Spelling::Of(*text);
    const std::string& spelled = node.has_marks ? spelling.marked : spelling.letters;
    if (node.op == FilterOperator::kHas) return absl::StrContains(spelled, node.pieces[0]);
    return MatchesPieces(spelled, node.pieces) == (node.op == FilterOperator::kEqual);
  }
  // Also reached when the caller returns a value of another type, which cannot match.
  if (value.index() != node.literal.index()) return node.op == FilterOperator::kNotEqual;
  return std::visit(
      [&](const auto& literal) {
        using T = std::decay_t<decltype(literal)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return false;
        } else {
          return Compare(std::get<T>(value), node.op, literal);
        }
      },
      node.literal);
}

bool MatchesNode(const Node& node, absl::FunctionRef<FilterValue(size_t)> value_of) {
  switch (node.kind) {
    case Node::Kind::kAnd:
      for (const auto& child : node.children) {
        if (!MatchesNode(*child, value_of)) return false;
      }
      return true;
    case Node::Kind::kOr:
      for (const auto& child : node.children) {
        if (MatchesNode(*child, value_of)) return true;
      }
      return false;
    case Node::Kind::kNot:
      return !MatchesNode(*node.children[0], value_of);
    case Node::Kind::kCompare:
      return MatchesComparison(node, value_of(node.field_index));
  }
  return false;
}

bool NodeUses(const Node& node, size_t field) {
  if (node.kind == Node::Kind::kCompare) return node.field_index == field;
  return std::any_of(node.children.begin(), node.children.end(),
                     [field](const auto& child) { return NodeUses(*child, field); });
}

std::string LiteralToString(const Node& node) {
  if (node.is_presence) return "*";
  if (node.field->type == FilterType::kText) {
    return absl::StrCat("\"", std::get<std::string>(node.literal), "\"");
  }
  if (const auto* number = std::get_if<double>(&node.literal)) return absl::StrCat(*number);
  if (const auto* flag = std::get_if<bool>(&node.literal)) return *flag ? "true" : "false";
  if (const auto* time = std::get_if<absl::Time>(&node.literal)) {
    return absl::FormatTime(absl::RFC3339_full, *time, absl::UTCTimeZone());
  }
  return node.field->enum_names[std::get<int>(node.literal)];
}

std::string NodeToString(const Node& node) {
  static constexpr const char* kOperators[] = {"=", "!=", "<", "<=", ">", ">=", ":"};
  if (node.kind == Node::Kind::kCompare) {
    return absl::StrCat(node.field->name, " ", kOperators[static_cast<int>(node.op)], " ",
                        LiteralToString(node));
  }
  if (node.kind == Node::Kind::kNot) return absl::StrCat("NOT ", NodeToString(*node.children[0]));
  std::vector<std::string> parts;
  for (const auto& child : node.children) parts.push_back(NodeToString(*child));
  return absl::StrCat("(", absl::StrJoin(parts, node.kind == Node::Kind::kAnd ? " AND " : " OR "),
                      ")");
}

}  // namespace

absl::StatusOr<Filter> Filter::Parse(absl::string_view text, const FilterSchema& schema,
                                     const FilterLimits& limits) {
  ASSIGN_OR_RETURN(std::shared_ptr<const Node> root, ParseFilterTree(text, schema, limits));
  return Filter(std::move(root));
}

bool Filter::Matches(absl::FunctionRef<FilterValue(size_t field)> value_of) const {
  return root_ == nullptr || MatchesNode(*root_, value_of);
}

bool Filter::Uses(size_t field) const { return root_ != nullptr && NodeUses(*root_, field); }

std::string Filter::ToString() const { return root_ == nullptr ? "" : NodeToString(*root_); }

}  // namespace citylayers::alerts
