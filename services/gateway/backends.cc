#include "services/gateway/backends.h"

#include <algorithm>

namespace citylayers::gateway {
namespace {

struct ServiceRoute {
  std::string_view service;
  std::string_view module;
};

// A new service is one more line. Layers need none: any module may serve LayerService.
constexpr ServiceRoute kServiceRoutes[] = {
    {"citylayers.common.v1.ClockService", "readings"},
    {"citylayers.readings.v1.ReadingService", "readings"},
    {"citylayers.readings.v1.StationService", "readings"},
    {"citylayers.traffic.v1.TrafficService", "traffic"},
    {"citylayers.flood.v1.FloodService", "flood"},
    {"citylayers.alerts.v1.AlertService", "alerts"},
};

}  // namespace

Backends::Backends(std::vector<std::pair<std::string, std::shared_ptr<grpc::Channel>>> channels) {
  for (auto& [module, channel] : channels) {
    const auto same = std::find_if(backends_.begin(), backends_.end(), [&](const Backend& backend) {
      return backend.channel == channel;
    });
    if (same != backends_.end()) {
      same->modules.push_back(std::move(module));
    } else {
      backends_.push_back(Backend{{std::move(module)}, std::move(channel)});
    }
  }
}

const Backend* Backends::Find(std::string_view module) const {
  for (const Backend& backend : backends_) {
    for (const std::string& name : backend.modules) {
      if (name == module) return &backend;
    }
  }
  return nullptr;
}

std::string_view ModuleOfService(std::string_view service) {
  for (const ServiceRoute& route : kServiceRoutes) {
    if (route.service == service) return route.module;
  }
  return {};
}

}  // namespace citylayers::gateway
