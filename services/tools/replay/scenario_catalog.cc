#include "services/tools/replay/scenario_catalog.h"

#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/tools/replay/october_source.h"
#include "services/tools/replay/saigon_source.h"

namespace citylayers::replay {

std::vector<ScenarioDescription> ListScenarios() {
  return {SaigonSource::Describe(), OctoberSource::Describe()};
}

absl::StatusOr<ScenarioDescription> FindScenario(std::string_view id) {
  std::string known;
  for (ScenarioDescription& scenario : ListScenarios()) {
    if (scenario.id == id) return std::move(scenario);
    StrAppend(&known, known.empty() ? "" : ", ", scenario.id);
  }
  return absl::NotFoundError(StrCat("there is no scenario \"", id, "\"; there are ", known));
}

absl::StatusOr<std::unique_ptr<ScenarioSource>> OpenScenario(std::string_view id,
                                                             const std::string& real_data_dir,
                                                             const CityListing& city) {
  RETURN_IF_ERROR(FindScenario(id).status());
  if (id == SaigonSource::Describe().id) {
    ASSIGN_OR_RETURN(std::unique_ptr<ScenarioSource> source, SaigonSource::Make(city));
    return source;
  }
  if (real_data_dir.empty()) {
    return absl::InvalidArgumentError(
        StrCat("scenario ", id, " needs recorded data; give their folder with --real-data DIR"));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<ScenarioSource> source,
                   OctoberSource::Open(real_data_dir, city));
  return source;
}

}  // namespace citylayers::replay
