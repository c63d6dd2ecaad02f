#include "services/runtime/module.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "proto/support/strings.h"

namespace citylayers::runtime {

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
          StrCat("--target: there is no \"", name, "\"",
                 near.empty() ? "" : StrCat("; did you mean \"", near, "\"?"), " (all, or any of ",
                 absl::StrJoin(names, ", "), ")"));
    }
  }
  // The table is in an order in which every module comes after what it needs; keeping that order is
  // enough.
  std::vector<const ModuleSpec*> result;
  for (const ModuleSpec& spec : table) {
    if (wanted.count(spec.name) != 0) result.push_back(&spec);
  }
  return result;
}

}  // namespace citylayers::runtime
