#include "services/citylayersd/modules.h"

#include "services/alerts/alerts_module.h"
#include "services/basemap/basemap_module.h"
#include "services/flood/flood_module.h"
#include "services/gateway/gateway_module.h"
#include "services/readings/readings_module.h"
#include "services/traffic/traffic_module.h"

namespace citylayers::citylayersd {

std::vector<runtime::ModuleSpec> ModuleTable() {
  return {
      readings::ReadingsModule(),  // needs nothing
      basemap::BasemapModule(),    // needs nothing
      flood::FloodModule(),        // readings
      traffic::TrafficModule(),    // readings, flood
      alerts::AlertsModule(),      // readings, flood, traffic
      gateway::GatewayModule(),    // all of them
  };
}

}  // namespace citylayers::citylayersd
