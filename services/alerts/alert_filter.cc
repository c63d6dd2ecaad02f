#include "services/alerts/alert_filter.h"

#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"

namespace citylayers::alerts {
namespace {

using storage::AlertRecord;

struct Column {
  FilterField field;
  std::function<FilterValue(const AlertRecord&)> value;
};

const std::vector<Column>& Columns() {
  static const auto& columns = *new std::vector<Column>{
      {{"name"}, [](const AlertRecord& a) { return FilterValue(absl::StrCat("alerts/", a.id)); }},
      {{"rule"}, [](const AlertRecord& a) { return FilterValue(a.rule); }},
      {{"kind",
        FilterType::kEnum,
        "ALERT_KIND_",
        {"UNSPECIFIED", "STAGE", "STREET_DEPTH", "JAM", "OUTAGE"}},
       [](const AlertRecord& a) { return FilterValue(static_cast<int>(a.kind)); }},
      {{"severity",
        FilterType::kEnum,
        "SEVERITY_",
        {"UNSPECIFIED", "MINOR", "MODERATE", "SEVERE", "EXTREME"}},
       [](const AlertRecord& a) { return FilterValue(static_cast<int>(a.severity)); }},
      {{"worst_severity",
        FilterType::kEnum,
        "SEVERITY_",
        {"UNSPECIFIED", "MINOR", "MODERATE", "SEVERE", "EXTREME"}},
       [](const AlertRecord& a) { return FilterValue(static_cast<int>(a.worst_severity)); }},
      {{"worst_level", FilterType::kNumber},
       [](const AlertRecord& a) { return FilterValue(static_cast<double>(a.worst_level)); }},
      {{"silent", FilterType::kBool},
       [](const AlertRecord& a) { return FilterValue(a.silent_since != absl::InfiniteFuture()); }},
      {{"state",
        FilterType::kEnum,
        "ALERT_STATE_",
        {"UNSPECIFIED", "OPEN", "ACKNOWLEDGED", "RESOLVED"}},
       [](const AlertRecord& a) { return FilterValue(static_cast<int>(a.state)); }},
      {{"place"}, [](const AlertRecord& a) { return FilterValue(a.place.vi); }},
      {{"subject"}, [](const AlertRecord& a) { return FilterValue(a.subject); }},
      {{"level", FilterType::kNumber},
       [](const AlertRecord& a) { return FilterValue(static_cast<double>(a.level)); }},
      {{"value", FilterType::kNumber}, [](const AlertRecord& a) { return FilterValue(a.value); }},
      {{"peak_value", FilterType::kNumber},
       [](const AlertRecord& a) { return FilterValue(a.peak_value); }},
      {{"create_time", FilterType::kTime},
       [](const AlertRecord& a) { return FilterValue(a.create_time); }},
      {{"update_time", FilterType::kTime},
       [](const AlertRecord& a) { return FilterValue(a.update_time); }},
      {{"resolve_time", FilterType::kTime},
       [](const AlertRecord& a) {
         return a.resolve_time == absl::InfiniteFuture() ? FilterValue()
                                                         : FilterValue(a.resolve_time);
       }},
      {{"acknowledged_by"}, [](const AlertRecord& a) { return FilterValue(a.acknowledged_by); }},
      {{"exercise", FilterType::kBool},
       [](const AlertRecord& a) { return FilterValue(a.exercise); }}};
  return columns;
}

}  // namespace

const FilterSchema& AlertFilterSchema() {
  static const auto& schema = *[] {
    auto* fields = new FilterSchema;
    for (const Column& column : Columns()) fields->push_back(column.field);
    return fields;
  }();
  return schema;
}

const std::vector<std::string>& OperatorFields() {
  static const auto& fields = *new std::vector<std::string>{"acknowledged_by"};
  return fields;
}

absl::StatusOr<Filter> ParseAlertFilter(absl::string_view text, bool by_operator) {
  absl::StatusOr<Filter> filter = Filter::Parse(text, AlertFilterSchema());
  if (!filter.ok() || by_operator) return filter;
  for (const std::string& name : OperatorFields()) {
    const FilterSchema& schema = AlertFilterSchema();
    const auto field = std::find_if(schema.begin(), schema.end(),
                                    [&](const FilterField& f) { return f.name == name; });
    if (filter->Uses(static_cast<size_t>(field - schema.begin()))) {
      return absl::PermissionDeniedError(
          absl::StrCat("filter: the field ", name, " needs the scope alerts:operate"));
    }
  }
  return filter;
}

bool MatchesAlert(const Filter& filter, const AlertRecord& alert) {
  return filter.Matches([&](size_t field) { return Columns()[field].value(alert); });
}

}  // namespace citylayers::alerts
