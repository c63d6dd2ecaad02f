// Syntax tree of a filter, made by the parser and evaluated by Filter.
#ifndef CITYLAYERS_SERVICES_ALERTS_FILTER_TREE_H_
#define CITYLAYERS_SERVICES_ALERTS_FILTER_TREE_H_

#include <memory>
#include <string>
#include <vector>

#include "services/alerts/filter.h"

namespace citylayers::alerts {

enum class FilterOperator { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kHas };

/// A node. kAnd and kOr have several children, kNot has one, kCompare has none.
struct Filter::Node {
  enum class Kind { kAnd, kOr, kNot, kCompare };
  Kind kind = Kind::kCompare;
  std::vector<std::shared_ptr<const Node>> children;

  // Of kCompare:
  const FilterField* field = nullptr;
  size_t field_index = 0;
  FilterOperator op = FilterOperator::kEqual;
  FilterValue literal;
  /// Of texts: the literal's spelling split at its stars. One piece: there is no star.
  std::vector<std::string> pieces;
  bool has_marks = false;    ///< Of texts: the pieces keep their marks.
  bool is_presence = false;  ///< `field:*`
};

/// Parses a filter; see Filter::Parse. A null tree matches everything.
absl::StatusOr<std::shared_ptr<const Filter::Node>> ParseFilterTree(absl::string_view text,
                                                                    const FilterSchema& schema,
                                                                    const FilterLimits& limits);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_FILTER_TREE_H_
