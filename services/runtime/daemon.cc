#include "services/runtime/daemon.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <prometheus/gauge.h>

#include "base/build_info.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "services/access/access_control.h"
#include "services/runtime/access_settings.h"
#include "services/runtime/admin.h"
#include "services/runtime/city_clock.h"
#include "services/runtime/config/address.h"
#include "services/runtime/data_directory.h"
#include "services/runtime/http/http_server.h"
#include "services/runtime/log.h"
#include "services/runtime/module_channels.h"
#include "services/runtime/probed_module.h"
#include "services/runtime/process_pack.h"
#include "services/runtime/rpc/call_adapter.h"
#include "services/runtime/rpc/callback_threads.h"
#include "services/runtime/rpc/grpc_port.h"
#include "services/runtime/rpc/server_health.h"
#include "services/runtime/rpc/watch_thread.h"
#include "services/runtime/self_probe.h"
#include "services/runtime/server_options.h"
#include "services/runtime/tick_thread.h"

namespace citylayers::runtime {
namespace {

constexpr std::string_view kClockOwner = "readings";
constexpr absl::Duration kProbeTimeout = absl::Seconds(5);
constexpr int kExitUnreachable = 3;
constexpr absl::Duration kHealthPeriod = absl::Milliseconds(250);

CallOptions CallLimits(const Config& config, const MemoryBudget& memory) {
  CallOptions options;
  options.deadline_default = config.GetDuration("grpc.deadline_default");
  options.unary_max = static_cast<int>(config.GetInt("grpc.unary_max"));
  options.writes_max = static_cast<int>(config.GetInt("grpc.writes_max"));
  options.streams_max = static_cast<int>(config.GetInt("grpc.streams_max"));
  // Daemon::Check has refused values that do not parse.
  options.method_limits =
      ParseMethodLimits(config.GetString("grpc.method_limits")).value_or(options.method_limits);
  options.stream_ends = {.age_max = config.GetDuration("grpc.connection_age_max"),
                         .return_spread = config.GetDuration("grpc.return_spread")};
  options.compress_above = static_cast<std::size_t>(config.GetInt("grpc.compress_above_bytes"));
  options.writes.timeout = config.GetDuration("grpc.write_timeout");
  options.writes.streams = memory.share(MemoryUse::kStreams);
  options.requests = memory.share(MemoryUse::kRpcRequests);
  return options;
}

// The value is constant; the labels are the information, as in other programs' *_build_info.
void ShowBuild(Metrics& metrics) {
  const BuildInfo build = GetBuildInfo();
  metrics
      .Gauge("citylayers_build_info", "Version of the program; the value is always 1.",
             {{"version", std::string(build.version)},
              {"commit", std::string(build.commit)},
              {"build_type", std::string(build.build_type)}})
      .Set(1);
}

}  // namespace

class Daemon::Impl {
 public:
  Impl(Config config, AccessSettings access)
      : config_(std::move(config)),
        access_(std::move(access.anonymous), access.process_key, machine_clock_),
        has_common_key_(access.has_process_key_file),
        memory_(static_cast<std::size_t>(config_.GetInt("server.memory_max"))),
        executor_(static_cast<int>(config_.GetInt("server.threads")),
                  static_cast<std::size_t>(config_.GetInt("server.queue_max"))),
        write_executor_(static_cast<int>(config_.GetInt("server.write_threads")),
                        static_cast<std::size_t>(config_.GetInt("server.queue_max"))),
        calls_(CallLimits(config_, memory_), executor_, timer_, metrics_, authenticator_,
               &write_executor_),
        city_clock_(machine_clock_),
        pack_(config_.GetString("server.pack")) {}

  ~Impl() { (void)Stop(); }

  absl::Status Start(const std::vector<ModuleSpec>& table) {
    RETURN_IF_ERROR(Daemon::Check(config_, table));
    table_ = table;
    ShowBuild(metrics_);
    ASSIGN_OR_RETURN(const auto specs, ResolveTargets(table_, config_.GetString("server.target")));
    ASSIGN_OR_RETURN(Address grpc_address,
                     ParseAddress(config_.GetString("server.grpc"), "--grpc"));
    ASSIGN_OR_RETURN(Address admin_address,
                     ParseAddress(config_.GetString("server.admin"), "--admin"));
    RETURN_IF_ERROR(MakeModules(specs));
    RETURN_IF_ERROR(Listen(grpc_address));
    if (!channels_->IsLocal(kClockOwner) || order_.size() > 1) FollowClock();
    FollowModules();
    for (const std::string& name : order_) {
      const absl::Status started = modules_[name]->Start();
      if (!started.ok()) return Within(name, started);
      started_.push_back(name);
      LogInfo("module started", {{"module", name}});
    }
    ASSIGN_OR_RETURN(
        admin_, StartAdmin(admin_address, config_.GetString("server.admin_hosts"),
                           {[this] { return MetricsText(); }, [this] { return Ready(); },
                            [this] { return config_.ToToml(); },
                            [this] { return DescribeModules(); }, [this] { return Notices(); }}));
    admin_address.port = admin_->port();
    admin_address_ = admin_address.ToString();
    StartProbe();
    health_ = std::make_unique<ServerHealth>(*port_->server().GetHealthCheckService(), HealthOf());
    health_tick_ = std::make_unique<TickThread>(kHealthPeriod, [this] { health_->Update(); });
    return absl::OkStatus();
  }

  absl::Status Ready() const {
    if (probe_ != nullptr) RETURN_IF_ERROR(probe_->Ready());
    return ModulesReady();
  }

  absl::Status ModulesReady() const {
    // Keys are not needed where every caller may do everything.
    const bool is_open = access_.anonymous()->scopes.AllowsAll(access::Permission::kAdmin);
    if (!is_open && !access_.has_ring()) return absl::UnavailableError("keys: not loaded yet");
    for (const std::string& name : order_) {
      const absl::Status ready = modules_.at(name)->Ready();
      if (!ready.ok()) return Within(name, ready);
    }
    return absl::OkStatus();
  }

  bool Stop() {
    if (stopped_) return true;
    stopped_ = true;
    const absl::Time deadline = absl::Now() + config_.GetDuration("server.drain");
    probe_tick_.reset();
    health_tick_.reset();
    if (health_ != nullptr) health_->EndServing();
    if (port_ != nullptr) port_->StopListening();
    calls_.Drain();
    for (auto it = started_.rbegin(); it != started_.rend(); ++it) modules_[*it]->Stop();
    clock_watch_.reset();
    followers_.clear();
    if (admin_ != nullptr) admin_->Drain(absl::Seconds(1));
    return port_ == nullptr || port_->Shutdown(deadline);
  }

  std::string grpc_address() const { return port_->address().ToString(); }
  const std::string& admin_address() const { return admin_address_; }

 private:
  absl::Status MakeModules(const std::vector<const ModuleSpec*>& specs) {
    std::set<std::string, std::less<>> local;
    for (const ModuleSpec* spec : specs) local.insert(spec->name);
    channels_.emplace(
        std::move(local), [this](std::string_view module, ModuleChannels::Caller caller) {
          const bool is_own = caller == ModuleChannels::Caller::kProcess;
          const std::string& key = access_.process_key();
          if (channels_->IsLocal(module)) {
            return port_->InProcessChannel(config_, is_own ? key : std::string());
          }
          // Without a common key others do not know this process, and permit it what they permit to
          // all.
          return GrpcPort::RemoteChannel(config_.GetString(StrCat("backends.", module)), config_,
                                         is_own && has_common_key_ ? key : std::string());
        });
    // Before any module is made: a module may report the change of the pack.
    for (const ModuleSpec* spec : specs) {
      RETURN_IF_ERROR(pack_.Compare(DataPath(config_, spec->name)));
    }
    for (const ModuleSpec* spec : specs) {
      absl::StatusOr<std::unique_ptr<Module>> module = MakeModule(*spec);
      if (!module.ok()) return Within(spec->name, module.status());
      modules_[spec->name] = *std::move(module);
      order_.push_back(spec->name);
      pack_.Mark(DataPath(config_, spec->name));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<Module>> MakeModule(const ModuleSpec& spec) {
    std::shared_ptr<const storage::CityPack> pack;
    if (spec.needs_pack) {
      ASSIGN_OR_RETURN(pack, pack_.Open());
    }
    return spec.make(ContextWith(std::move(pack)));
  }

  ModuleContext ContextWith(std::shared_ptr<const storage::CityPack> pack) {
    return {.config = config_,
            .metrics = metrics_,
            .memory = memory_,
            .timer = timer_,
            .calls = calls_,
            .city_clock = city_clock_,
            .channels = *channels_,
            .access = access_,
            .table = table_,
            .pack = std::move(pack),
            .pack_change = pack_.change()};
  }

  void FollowModules() {
    for (const ModuleSpec& spec : table_) {
      if (spec.follow == nullptr || channels_->IsLocal(spec.name)) continue;
      followers_.push_back(spec.follow(ContextWith(nullptr)));
    }
  }

  static absl::Status Within(std::string_view module, const absl::Status& status) {
    return absl::Status(status.code(), StrCat(module, ": ", ToStd(status.message())));
  }

  void StartProbe() {
    const int failures_max = static_cast<int>(config_.GetInt("server.probe_failures_max"));
    std::vector<SelfProbe::Port> ports = {
        {StrCat("gRPC port ", port_->address().ToString()), [this] {
           const Address& address = port_->address();
           return ProbeGrpc(Address{ProbeHost(address.host), address.port}.ToString(),
                            kProbeTimeout);
         }}};
    for (const std::string& name : order_) {
      if (auto* module = dynamic_cast<ProbedModule*>(modules_[name].get())) {
        ports.push_back(
            {StrCat("port of ", name), [module] { return module->Probe(kProbeTimeout); }});
      }
    }
    probe_ = std::make_unique<SelfProbe>(
        SelfProbe::Options{.failures_max =
                               failures_max == 0 ? std::numeric_limits<int>::max() : failures_max},
        std::move(ports), [](const std::string& port, const absl::Status& why) {
          LogError("own port unreachable: ending, so that the supervisor restarts the process",
                   {{"port", port}, {"why", ToStd(why.message())}});
          std::_Exit(kExitUnreachable);
        });
    probe_tick_ = std::make_unique<TickThread>(config_.GetDuration("server.probe"),
                                               [this] { probe_->ProbeOnce(); });
  }

  // Every name that a health check may request, with the condition that decides it.
  std::vector<ServerHealth::Service> HealthOf() {
    std::vector<ServerHealth::Service> services = {{"", [this] { return Ready(); }}};
    const Module* gateway = nullptr;
    for (const auto& [name, module] : modules_) {
      if (module->PassesCallsOn()) gateway = module.get();
    }
    // A service of several modules is ready when all these modules are.
    std::map<std::string, std::set<const Module*>> modules_of;
    for (const ModuleSpec& spec : table_) {
      const Module* module = channels_->IsLocal(spec.name) ? modules_[spec.name].get() : gateway;
      if (module == nullptr) continue;
      for (const std::string& service : spec.services) modules_of[service].insert(module);
    }
    for (const auto& [service, modules] : modules_of) {
      services.push_back({service, [modules = modules] {
                            for (const Module* module : modules) {
                              RETURN_IF_ERROR(module->Ready());
                            }
                            return absl::OkStatus();
                          }});
    }
    for (const std::string& service : Services()) {
      const bool known = std::any_of(services.begin(), services.end(),
                                     [&](const auto& s) { return s.name == service; });
      if (!known) services.push_back({service, [this] { return ModulesReady(); }});
    }
    return services;
  }

  absl::Status Listen(const Address& address) {
    GrpcPort::Content content;
    std::set<grpc::Service*> known;
    for (const std::string& name : order_) {
      Module& module = *modules_[name];
      for (grpc::Service* service : module.GrpcServices()) {
        if (known.insert(service).second) content.services.push_back(service);
      }
      content.configure.push_back(
          [&module](grpc::ServerBuilder& builder) { module.ConfigureServer(builder); });
    }
    content.passes_calls_on = PassesCallsOn();
    content.has_gateway = channels_->IsLocal("gateway");
    content.service_names = Services();
    ASSIGN_OR_RETURN(port_, GrpcPort::Open(address, content, config_, memory_, metrics_));
    return absl::OkStatus();
  }

  bool PassesCallsOn() const {
    return std::any_of(modules_.begin(), modules_.end(),
                       [](const auto& entry) { return entry.second->PassesCallsOn(); });
  }

  // Full names of the services that a call to this server's port can reach.
  std::vector<std::string> Services() const {
    const bool passes_on = PassesCallsOn();
    std::set<std::string> services;
    for (const ModuleSpec& spec : table_) {
      if (passes_on || channels_->IsLocal(spec.name)) {
        services.insert(spec.services.begin(), spec.services.end());
      }
    }
    return {services.begin(), services.end()};
  }

  void FollowClock() {
    std::shared_ptr<common::v1::ClockService::Stub> stub =
        common::v1::ClockService::NewStub(channels_->To(kClockOwner));
    clock_watch_ = std::make_unique<WatchThread>(
        "city clock",
        [stub](grpc::ClientContext& context) { return stub->WatchClock(&context, {}); },
        [this](const common::v1::WatchClockResponse& response) {
          city_clock_.Set(response.clock());
        });
  }

  std::vector<std::string> Notices() const {
    std::vector<std::string> all = pack_.notices();
    for (const auto& follower : followers_) {
      for (std::string& notice : follower->Notices()) all.push_back(std::move(notice));
    }
    for (const std::string& name : order_) {
      for (const std::string& notice : modules_.at(name)->Notices()) {
        all.push_back(StrCat(name, ": ", notice));
      }
    }
    return all;
  }

  std::string MetricsText() {
    absl::MutexLock lock(&metrics_mutex_);
    memory_.Show(metrics_);
    return metrics_.Serialize();
  }

  std::string DescribeModules() const {
    std::string text;
    for (const std::string& name : order_) {
      const absl::Status ready = modules_.at(name)->Ready();
      StrAppend(&text, name, "  ", ready.ok() ? std::string("ready") : ready.ToString(), "\n");
    }
    return text;
  }

  const Config config_;
  const WallClock machine_clock_;
  access::AccessControl access_;
  const bool has_common_key_;
  const KeyAuthenticator authenticator_{access_};
  const MemoryBudget memory_;
  Metrics metrics_;
  absl::Mutex metrics_mutex_;  // serializes Show
  Timer timer_;
  Executor executor_;
  Executor write_executor_;
  CallAdapter calls_;
  CityClock city_clock_;
  ProcessPack pack_;
  std::vector<ModuleSpec> table_;
  std::optional<ModuleChannels> channels_;  // from Start on
  std::map<std::string, std::unique_ptr<Module>, std::less<>> modules_;
  std::vector<std::string> order_, started_;
  std::unique_ptr<GrpcPort> port_;
  std::unique_ptr<SelfProbe> probe_;
  std::unique_ptr<ServerHealth> health_;
  std::unique_ptr<TickThread> probe_tick_, health_tick_;
  std::unique_ptr<WatchThread> clock_watch_;
  std::vector<std::unique_ptr<Follower>> followers_;
  std::unique_ptr<HttpServer> admin_;
  std::string admin_address_;
  bool stopped_ = false;
};

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daemon::~Daemon() = default;

absl::Status Daemon::Check(const Config& config, const std::vector<ModuleSpec>& table) {
  ASSIGN_OR_RETURN(const AccessSettings access, ReadAccessSettings(config));
  for (const std::string flag : {"grpc", "admin"}) {
    ASSIGN_OR_RETURN(const Address address,
                     ParseAddress(config.GetString("server." + flag), "--" + flag));
    RETURN_IF_ERROR(CheckReach(address, config.GetBool("server.allow_insecure"), "--" + flag));
  }
  RETURN_IF_ERROR(ParseMethodLimits(config.GetString("grpc.method_limits")).status());
  ASSIGN_OR_RETURN(const auto specs, ResolveTargets(table, config.GetString("server.target")));
  RETURN_IF_ERROR(CheckProcessKey(access, specs.size() < table.size()));
  for (const ModuleSpec* spec : specs) {
    if (spec->check) RETURN_IF_ERROR(spec->check(config));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(Config config,
                                                      const std::vector<ModuleSpec>& table) {
  KeepCallbackThreads();
  ASSIGN_OR_RETURN(AccessSettings access, ReadAccessSettings(config));
  auto impl = std::make_unique<Impl>(std::move(config), std::move(access));
  RETURN_IF_ERROR(impl->Start(table));
  return std::unique_ptr<Daemon>(new Daemon(std::move(impl)));
}

std::string Daemon::grpc_address() const { return impl_->grpc_address(); }
std::string Daemon::admin_address() const { return impl_->admin_address(); }
absl::Status Daemon::Ready() const { return impl_->Ready(); }
bool Daemon::Stop() { return impl_->Stop(); }

}  // namespace citylayers::runtime
