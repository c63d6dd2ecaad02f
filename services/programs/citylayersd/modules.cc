#include "services/programs/citylayersd/modules.h"

#include <memory>

#include "services/alerts/alerts_module.h"
#include "services/backup/backup_module.h"
#include "services/basemap/basemap_module.h"
#include "services/flood/flood_module.h"
#include "services/gateway/gateway_module.h"
#include "services/keys/keys_module.h"
#include "services/readings/readings_module.h"
#include "services/traffic/traffic_module.h"

namespace citylayers::citylayersd {

std::vector<runtime::ModuleSpec> ModuleTable() {
  const auto host = std::make_shared<layers::LayerHost>();
  return {keys::KeysModule(),       readings::ReadingsModule(),   basemap::BasemapModule(host),
          flood::FloodModule(host), traffic::TrafficModule(host), alerts::AlertsModule(),
          backup::BackupModule(),   gateway::GatewayModule()};
}

}  // namespace citylayers::citylayersd
