#include "services/basemap/basemap_module.h"

#include <memory>
#include <utility>
#include <vector>

#include "services/basemap/basemap_layer.h"

namespace citylayers::basemap {

namespace {

class Basemap final : public runtime::Module {
 public:
  explicit Basemap(std::shared_ptr<layers::LayerHost> host) : host_(std::move(host)) {}
  std::vector<grpc::Service*> GrpcServices() override { return {host_->service()}; }

 private:
  const std::shared_ptr<layers::LayerHost> host_;
};

}  // namespace

runtime::ModuleSpec BasemapModule(std::shared_ptr<layers::LayerHost> host) {
  return {.name = "basemap",
          .needs = {},
          .services = {layers::v1::LayerService::service_full_name()},
          .needs_pack = true,
          .options = layers::LayerOptions(),
          .make = [host = std::move(host)](const runtime::ModuleContext& context)
              -> absl::StatusOr<std::unique_ptr<runtime::Module>> {
            host->Add(context, std::make_shared<BasemapLayer>(context.pack));
            return std::make_unique<Basemap>(host);
          }};
}

}  // namespace citylayers::basemap
