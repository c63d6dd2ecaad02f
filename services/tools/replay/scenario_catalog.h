// The catalogue of scenarios.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_SCENARIO_CATALOG_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_SCENARIO_CATALOG_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "services/tools/replay/city_listing.h"
#include "services/tools/replay/scenario_source.h"

namespace citylayers::replay {

/// All scenarios, the embedded one first.
std::vector<ScenarioDescription> ListScenarios();

/// NOT_FOUND: there is no scenario of that id (the message lists the available ones).
absl::StatusOr<ScenarioDescription> FindScenario(std::string_view id);

/// Opens a scenario for the streets and stations of a server. `real_data_dir` is for recorded
/// scenarios. NOT_FOUND: there is no such scenario. INVALID_ARGUMENT: a recorded scenario without
/// its data. Other errors: the source's own.
absl::StatusOr<std::unique_ptr<ScenarioSource>> OpenScenario(std::string_view id,
                                                             const std::string& real_data_dir,
                                                             const CityListing& city);

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_SCENARIO_CATALOG_H_
