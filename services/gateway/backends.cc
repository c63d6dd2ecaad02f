#include "services/gateway/backends.h"

#include <algorithm>
#include <utility>

namespace citylayers::gateway {
namespace {

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Backends::Backends(std::vector<BackendModule> modules) {
  for (BackendModule& module : modules) {
    auto backend = std::find_if(backends_.begin(), backends_.end(), [&](const Backend& other) {
      return other.channel == module.channel;
    });
    if (backend == backends_.end()) {
      backend = backends_.insert(
          backend, Backend{{}, {}, std::move(module.channel), std::move(module.client_channel)});
    }
    backend->modules.push_back(std::move(module.name));
    backend->services.insert(backend->services.end(), module.services.begin(),
                             module.services.end());
  }
}

const Backend* Backends::Find(std::string_view module) const {
  for (const Backend& backend : backends_) {
    if (Contains(backend.modules, module)) return &backend;
  }
  return nullptr;
}

const Backend* Backends::FindByService(std::string_view service) const {
  for (const Backend& backend : backends_) {
    if (Contains(backend.services, service)) return &backend;
  }
  return nullptr;
}

}  // namespace citylayers::gateway
