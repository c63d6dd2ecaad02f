#include "services/alerts/alert_filter.h"

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

absl::StatusOr<Filter> ParseAlertFilter(absl::string_view text) {
  return Filter::Parse(text, AlertFilterSchema());
}

bool MatchesAlert(const Filter& filter, const AlertRecord& alert) {
  return filter.Matches([&](size_t field) { return Columns()[field].value(alert); });
}

}  // namespace citylayers::alerts
