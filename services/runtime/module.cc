#include "services/runtime/module.h"

#include <algorithm>
#include <functional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "base/strings.h"
#include "services/runtime/config/suggestion.h"

namespace citylayers::runtime {
namespace {

// The wanted specs, each after the ones that it needs; otherwise in the table's order.
std::vector<const ModuleSpec*> InOrderOfNeeds(const std::vector<ModuleSpec>& table,
                                              const std::set<std::string>& wanted) {
  std::vector<const ModuleSpec*> result;
  std::set<std::string> visited;
  const std::function<void(const ModuleSpec&)> visit = [&](const ModuleSpec& spec) {
    if (!visited.insert(spec.name).second) return;
    for (const ModuleSpec& other : table) {
      if (std::find(spec.needs.begin(), spec.needs.end(), other.name) != spec.needs.end()) {
        visit(other);
      }
    }
    if (wanted.count(spec.name) != 0) result.push_back(&spec);
  };
  for (const ModuleSpec& spec : table) visit(spec);
  return result;
}

}  // namespace

absl::StatusOr<std::vector<const ModuleSpec*>> ResolveTargets(const std::vector<ModuleSpec>& table,
                                                              std::string_view targets) {
  std::vector<std::string> names;
  for (const ModuleSpec& spec : table) names.push_back(spec.name);
  std::set<std::string> wanted;
  for (absl::string_view part : absl::StrSplit(ToAbsl(targets), ',')) {
    const std::string name(absl::StripAsciiWhitespace(part));
    if (name == "all") {
      wanted.insert(names.begin(), names.end());
    } else if (std::find(names.begin(), names.end(), name) != names.end()) {
      wanted.insert(name);
    } else {
      const std::string near = Suggest(name, names);
      return absl::InvalidArgumentError(
          StrCat("--target: unknown module \"", name, "\"",
                 near.empty() ? "" : StrCat("; did you mean \"", near, "\"?"), " (all, or any of ",
                 absl::StrJoin(names, ", "), ")"));
    }
  }
  return InOrderOfNeeds(table, wanted);
}

}  // namespace citylayers::runtime
