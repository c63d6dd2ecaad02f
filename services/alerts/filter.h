// The filter language of list and watch methods: AIP-160 over a flat list of fields.
#ifndef CITYLAYERS_SERVICES_ALERTS_FILTER_H_
#define CITYLAYERS_SERVICES_ALERTS_FILTER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace citylayers::alerts {

enum class FilterType { kText, kNumber, kBool, kTime, kEnum };

/// A field that filters may use.
struct FilterField {
  std::string name;
  FilterType type = FilterType::kText;
  /// Of an enum: the common prefix of its long names, e.g. "SEVERITY_", and its short names by
  /// number. Values compare by number.
  std::string enum_prefix;
  std::vector<std::string> enum_names;
};
using FilterSchema = std::vector<FilterField>;

/// The value of a field in one row. Enums are their number. monostate: not set.
using FilterValue = std::variant<std::monostate, std::string, double, bool, absl::Time, int>;

struct FilterLimits {
  size_t bytes_max = 4096;
  int depth_max = 32;         ///< Maximum nesting of parentheses and negations.
  int restrictions_max = 64;  ///< Maximum number of comparisons.
};

/// A parsed filter.
///  - `a = 1 AND b = 2`, `a = 1 OR b = 2`, `NOT a = 1`, `-a = 1`, parentheses; terms side by side
///    are an AND. OR binds tighter than AND, as AIP-160 has it.
///  - `a = (1 OR 2)` compares with several values; AND, OR, NOT and parentheses as above.
///  - `=` and `!=` on texts take `*` for any run of characters; `\*` in quotes is a star.
///  - `:` is "has": on texts a part of the text; elsewhere the same as `=`. `field:*` is true when
///    the field is set.
///  - `=`, `!=` and `:` compare texts case-insensitively and however they are encoded (composed or
///    not); a value without marks also matches texts with marks (base/spelling.h).
///  - `<`, `<=`, `>`, `>=` compare numbers, times (RFC 3339), texts by bytes, and enums by number.
///  - A comparison with a field that is not set is false, and `!=` is true.
/// Immutable, cheap to copy, thread-safe. Matches is O(comparisons).
///
///   ASSIGN_OR_RETURN(Filter filter, Filter::Parse("severity >= SEVERE", AlertFilterSchema()));
///   if (filter.Matches([&](size_t field) { return ValueOf(alert, field); })) ...
class Filter {
 public:
  /// Matches everything.
  Filter() = default;

  /// INVALID_ARGUMENT: the text does not parse, names an unknown field, or exceeds a limit. The
  /// message has the position in characters, counted from 1, and what is expected there.
  /// REQUIRES: `schema` outlives the filter.
  static absl::StatusOr<Filter> Parse(absl::string_view text, const FilterSchema& schema,
                                      const FilterLimits& limits = {});

  /// `value_of` returns the value of the field with this index in the schema.
  bool Matches(absl::FunctionRef<FilterValue(size_t field)> value_of) const;

  /// Whether it compares the field with this index in the schema.
  bool Uses(size_t field) const;

  /// The parsed tree in full parentheses, for tests and logs: `(a = "1" AND NOT b > 2)`.
  std::string ToString() const;

  struct Node;  ///< Of the tree; private to filter.cc and filter_parser.cc.

 private:
  explicit Filter(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  // Shared by copies, each of which may belong to another watcher; the tree never changes.
  std::shared_ptr<const Node> root_;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_FILTER_H_
