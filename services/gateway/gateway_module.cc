#include "services/gateway/gateway_module.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include <grpcpp/server_builder.h>
#include <prometheus/gauge.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/gateway/gateway.h"
#include "services/gateway/grpc_proxy.h"
#include "services/gateway/http_metrics.h"
#include "services/runtime/access_settings.h"
#include "services/runtime/city_clock.h"
#include "services/runtime/config/address.h"
#include "services/runtime/delayed_task.h"
#include "services/runtime/descriptors.h"
#include "services/runtime/log.h"
#include "services/runtime/module_channels.h"
#include "services/runtime/probed_module.h"
#include "services/runtime/self_probe.h"
#include "services/runtime/tls/https_probe.h"
#include "services/runtime/tls/tls_source.h"

namespace citylayers::gateway {
namespace {

using runtime::Option;
using runtime::OptionType;

constexpr std::string_view kGateway = "gateway";
constexpr absl::Duration kMetricsPeriod = absl::Seconds(1);

std::vector<Option> GatewayOptions() {
  return {
      {"gateway.threads", OptionType::kInt, "2", "Threads of the HTTP server.", 1, 64},
      {"gateway.connections_max", OptionType::kInt, "12000", "Maximum number of HTTP connections.",
       1, 1e6},
      {"gateway.header_bytes_max", OptionType::kInt, "16384",
       "Maximum size of a request line with headers, bytes.", 1024, 1e6},
      {"gateway.body_bytes_max", OptionType::kInt, "4194304",
       "Maximum size of a request body, bytes.", 1024, 1e9},
      {"gateway.stream_bytes_max", OptionType::kInt, "16777216",
       "Maximum unsent bytes of one stream; also the maximum size of a message in it.", 65536, 1e9},
      {"gateway.large_requests_max", OptionType::kInt, "64",
       "Maximum number of requests of more than 64 KiB that wait to be translated.", 1, 1e4},
      {"gateway.idle_timeout", OptionType::kDuration, "75s",
       "Time after which a connection without a request is closed.", 0.1, 3600},
      {"gateway.header_timeout", OptionType::kDuration, "10s",
       "Maximum time to receive the headers of a request.", 0.1, 600},
      {"gateway.body_timeout", OptionType::kDuration, "30s",
       "Maximum time to receive the body of a request.", 0.1, 3600},
      {"gateway.write_timeout", OptionType::kDuration, "30s",
       "Time after which a client that reads nothing is disconnected.", 0.1, 3600},
      {"gateway.tile_cache_bytes", OptionType::kInt, "134217728",
       "Memory for cached tiles, bytes; limited to their share of server.memory_max.", 0, 1e12},
      {"gateway.live_texts_bytes", OptionType::kInt, "8388608",
       "Memory for snapshots and changes that viewers of the same view share, bytes; part of the "
       "tiles' share of server.memory_max.",
       0, 1e9},
      {"gateway.tile_fills_max", OptionType::kInt, "512",
       "Maximum number of concurrent tile calls to the layers' servers.", 1, 1e5},
      {"gateway.follow_tick", OptionType::kDuration, "250ms",
       "Minimum time between two versions of a layer: the maximum delay of a new tile.", 0.25, 60},
      {"gateway.cors_origins", OptionType::kString, "",
       "Origins (separated by commas) whose pages may call RPCs; \"*\" for all; empty for the "
       "page's own. Tiles, styles, live streams and CAP are open to all pages."},
      {"gateway.hosts", OptionType::kString, "",
       "Host names (separated by commas) by which clients call the gateway, in addition to "
       "localhost, its addresses and the host of gateway.public_url; requests with another Host "
       "get 421, against DNS rebinding. \"*.example.org\" for all names below; \"*\" for all."},
      {"gateway.public_url", OptionType::kString, "",
       "Public address of the gateway, such as https://maps.example.org/city: used for the "
       "addresses in TileJSON, styles and feeds. Empty: taken from each request."},
      {"gateway.trusted_proxies", OptionType::kString, "",
       "IP addresses and networks (separated by commas) of proxies whose X-Forwarded-* and "
       "Forwarded headers are trusted, in addition to this machine. X-Forwarded-For of gRPC calls "
       "is trusted from them as well, in every process."},
      {"gateway.session_duration", OptionType::kDuration, "12h",
       "Time after which a person who signed in with a key must do so again.", 60, 2592000},
      {"gateway.http_writes", OptionType::kBool, "true",
       "Whether RPCs that change something (readings, the clock, alerts) are accepted over HTTP. "
       "Switch it off where the public can reach the page."},
  };
}

std::filesystem::path ProgramFolder() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}

// The folder of the page as installed, else as built; "" when there is none.
std::string DefaultWebFolder() {
  const std::filesystem::path program = ProgramFolder();
  for (const char* place : {"../share/citylayers/web", "web", "../../../services/web/dist"}) {
    const std::filesystem::path folder = program / place;
    std::error_code error;
    if (std::filesystem::exists(folder / "index.html", error)) {
      return std::filesystem::weakly_canonical(folder, error).string();
    }
  }
  return "";
}

absl::StatusOr<Gateway::Options> ReadOptions(const runtime::Config& config,
                                             const runtime::Address& address,
                                             const runtime::MemoryBudget& memory) {
  Gateway::Options options;
  ASSIGN_OR_RETURN(options.cors, CorsPolicy::Parse(config.GetString("gateway.cors_origins")));
  ASSIGN_OR_RETURN(options.public_url,
                   PublicUrl::Make(config.GetString("gateway.public_url"),
                                   config.GetString("gateway.trusted_proxies")));
  ASSIGN_OR_RETURN(options.proxies,
                   runtime::TrustedProxies::Parse(config.GetString("gateway.trusted_proxies"),
                                                  "gateway.trusted_proxies"));
  ASSIGN_OR_RETURN(runtime::HostAllowList hosts,
                   runtime::HostAllowList::Make(address.host,
                                                StrCat(config.GetString("gateway.hosts"), " ",
                                                       options.public_url.configured_host()),
                                                "gateway.hosts"));
  options.http.hosts = std::make_shared<const runtime::HostAllowList>(std::move(hosts));
  options.host = address.host;
  options.port = address.port;
  const auto size = [&](std::string_view key) {
    return static_cast<std::size_t>(config.GetInt(key));
  };
  options.http.threads = static_cast<int>(config.GetInt("gateway.threads"));
  options.http.connections_max = size("gateway.connections_max");
  options.http.descriptors_end = runtime::ConnectionDescriptorsEnd(
      runtime::RaiseDescriptorLimit(config.GetInt("server.descriptors_max")),
      config.GetInt("server.descriptors_reserve"));
  // HTTP viewers leave a quarter of the available connections to gRPC.
  options.http.connections_max = std::min(
      options.http.connections_max, static_cast<std::size_t>(options.http.descriptors_end) / 4 * 3);
  options.http.header_bytes_max = size("gateway.header_bytes_max");
  options.http.target_bytes_max = size("gateway.header_bytes_max") / 2;
  options.http.body_bytes_max = size("gateway.body_bytes_max");
  options.http.stream_pending_bytes_max = size("gateway.stream_bytes_max");
  options.http.idle_timeout = config.GetDuration("gateway.idle_timeout");
  options.http.header_timeout = config.GetDuration("gateway.header_timeout");
  options.http.body_timeout = config.GetDuration("gateway.body_timeout");
  options.http.write_timeout = config.GetDuration("gateway.write_timeout");
  options.http.bodies = memory.share(runtime::MemoryUse::kHttpBodies);
  options.http.streams = memory.share(runtime::MemoryUse::kStreams);
  const std::size_t cached = memory.bytes(runtime::MemoryUse::kTiles);
  options.live.texts_bytes_max = std::min(size("gateway.live_texts_bytes"), cached / 2);
  options.tiles.cache_bytes_max =
      std::min(size("gateway.tile_cache_bytes"), cached - options.live.texts_bytes_max);
  options.tiles.fills_max = static_cast<int>(config.GetInt("gateway.tile_fills_max"));
  options.rpc.writes = config.GetBool("gateway.http_writes");
  options.rpc.large_requests_max = size("gateway.large_requests_max");
  options.session.life = config.GetDuration("gateway.session_duration");
  options.directory.tick = config.GetDuration("gateway.follow_tick");
  return options;
}

class GatewayModuleImpl final : public runtime::ProbedModule {
 public:
  GatewayModuleImpl(const runtime::ModuleContext& context, Gateway::Options options,
                    std::unique_ptr<StaticFiles> files)
      : context_(context),
        host_(options.host),
        options_(std::move(options)),
        files_(std::move(files)) {}

  void ConfigureServer(grpc::ServerBuilder& builder) override {
    if (PassesCallsOn()) builder.RegisterCallbackGenericService(&proxy_);
  }

  bool PassesCallsOn() const override {
    const std::vector<runtime::ModuleSpec>& table = context_.table;
    return std::any_of(table.begin(), table.end(), [this](const runtime::ModuleSpec& spec) {
      return !context_.channels.IsLocal(spec.name);
    });
  }

  absl::Status Start() override {
    gateway_ = std::make_unique<Gateway>(std::move(options_), BackendModules(), context_.access,
                                         std::move(files_), context_.timer, context_.metrics,
                                         [this] { return context_.city_clock.Now(); });
    proxy_.SetRouter(&gateway_->router());
    RETURN_IF_ERROR(gateway_->Start());
    runtime::LogInfo("listening to HTTP", {{"port", gateway_->port()}});
    UpdateMetrics();
    return absl::OkStatus();
  }

  absl::Status Probe(absl::Duration timeout) override {
    const runtime::TlsSource* const tls = context_.tls;
    return tls == nullptr ? runtime::ProbeHttp(host_, gateway_->port(), timeout)
                          : runtime::ProbeHttps(host_, gateway_->port(), tls->probe(), timeout);
  }

  absl::Status Ready() const override {
    return gateway_ ? gateway_->Ready() : absl::UnavailableError("starting");
  }

  void Stop() override {
    update_metrics_.Stop();
    if (gateway_) gateway_->Stop();
  }

 private:
  // A pair of channels per process: the modules of this process share the first's, others share by
  // address.
  std::vector<BackendModule> BackendModules() {
    struct Channels {
      std::shared_ptr<grpc::Channel> own, clients;
    };
    std::map<std::string, Channels> by_process;
    std::vector<BackendModule> modules;
    for (const runtime::ModuleSpec& spec : context_.table) {
      if (spec.name == kGateway) continue;
      const std::string process = context_.channels.IsLocal(spec.name)
                                      ? std::string()
                                      : context_.config.GetString(StrCat("backends.", spec.name));
      Channels& channels = by_process[process];
      if (!channels.own) {
        channels = {context_.channels.To(spec.name), context_.channels.ForClients(spec.name)};
      }
      modules.push_back({spec.name, spec.services, channels.own, channels.clients});
    }
    return modules;
  }

  void UpdateMetrics() {
    http_metrics_.Update(gateway_->HttpStats());
    const std::size_t texts = gateway_->live_texts_bytes();
    context_.metrics
        .Gauge("citylayers_gateway_live_texts_bytes",
               "Memory of snapshots and changes that viewers of the same view share.")
        .Set(static_cast<double>(texts));
    context_.memory.share(runtime::MemoryUse::kTiles)->Report(gateway_->tile_cache_bytes() + texts);
    update_metrics_.Set(kMetricsPeriod, [this] { UpdateMetrics(); });
  }

  const runtime::ModuleContext context_;
  const std::string host_;
  Gateway::Options options_;
  std::unique_ptr<StaticFiles> files_;
  HttpMetrics http_metrics_{context_.metrics};
  GrpcProxy proxy_;
  std::unique_ptr<Gateway> gateway_;
  runtime::DelayedTask update_metrics_{context_.timer};
};

absl::StatusOr<runtime::Address> AddressOf(const runtime::Config& config) {
  return runtime::ParseAddress(config.GetString("server.http"), "--http");
}

absl::Status Check(const runtime::Config& config) {
  ASSIGN_OR_RETURN(const runtime::Address address, AddressOf(config));
  const runtime::MemoryBudget memory(static_cast<std::size_t>(config.GetInt("server.memory_max")));
  RETURN_IF_ERROR(ReadOptions(config, address, memory).status());
  ASSIGN_OR_RETURN(const runtime::Protection protection, runtime::ProtectionOf(config));
  return runtime::CheckReach(address, protection, "--http");
}

absl::StatusOr<std::unique_ptr<runtime::Module>> Make(const runtime::ModuleContext& context) {
  const runtime::Config& config = context.config;
  ASSIGN_OR_RETURN(const runtime::Address address, AddressOf(config));
  std::string folder = config.GetString("server.web");
  if (folder.empty()) folder = DefaultWebFolder();
  std::unique_ptr<StaticFiles> files;
  if (folder.empty()) {
    runtime::LogWarning(
        "no booth page found: build it (services/web) or set its folder with --web DIR");
  } else {
    ASSIGN_OR_RETURN(files, StaticFiles::Load(folder));
  }
  ASSIGN_OR_RETURN(Gateway::Options options, ReadOptions(config, address, context.memory));
  if (const runtime::TlsSource* const tls = context.tls) {
    options.http.tls = [tls] { return tls->Current()->http; };
    options.http.handshake_timeout = tls->settings().handshake_timeout;
    options.http.secure_headers = tls->settings().HstsHeader();
  }
  return std::make_unique<GatewayModuleImpl>(context, std::move(options), std::move(files));
}

}  // namespace

runtime::ModuleSpec GatewayModule() {
  return {.name = "gateway",
          .needs = {"keys", "readings", "basemap", "flood", "traffic", "alerts"},
          .services = {},
          .options = GatewayOptions(),
          .check = Check,
          .make = Make};
}

}  // namespace citylayers::gateway
