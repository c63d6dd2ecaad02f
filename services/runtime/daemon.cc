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
#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include "base/build_info.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "services/access/access_control.h"
#include "services/runtime/access_settings.h"
#include "services/runtime/admin.h"
#include "services/runtime/backup_source.h"
#include "services/runtime/call_settings.h"
#include "services/runtime/city_clock.h"
#include "services/runtime/config/address.h"
#include "services/runtime/data_directory.h"
#include "services/runtime/http/http_server.h"
#include "services/runtime/limit_metrics.h"
#include "services/runtime/log.h"
#include "services/runtime/module_channels.h"
#include "services/runtime/probed_module.h"
#include "services/runtime/process_pack.h"
#include "services/runtime/rpc/call_adapter.h"
#include "services/runtime/rpc/callback_threads.h"
#include "services/runtime/rpc/grpc_port.h"
#include "services/runtime/rpc/library_logs.h"
#include "services/runtime/rpc/server_health.h"
#include "services/runtime/rpc/tls_credentials.h"
#include "services/runtime/rpc/watch_thread.h"
#include "services/runtime/self_probe.h"
#include "services/runtime/server_options.h"
#include "services/runtime/tick_thread.h"
#include "services/runtime/tls/tls_settings.h"
#include "services/runtime/tls/tls_source.h"

namespace citylayers::runtime {
namespace {

constexpr std::string_view kClockOwner = "readings";
constexpr absl::Duration kProbeTimeout = absl::Seconds(5);
constexpr int kExitUnreachable = 3;
constexpr absl::Duration kHealthPeriod = absl::Milliseconds(250);

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
  Impl(Config config, AccessSettings access, DaemonHooks hooks)
      : config_(std::move(config)),
        hooks_(std::move(hooks)),
        access_(std::move(access.anonymous), access.process_key, machine_clock_, access.limits),
        has_common_key_(access.has_process_key_file),
        memory_(static_cast<std::size_t>(config_.GetInt("server.memory_max"))),
        executor_(static_cast<int>(config_.GetInt("server.threads")),
                  static_cast<std::size_t>(config_.GetInt("server.queue_max"))),
        write_executor_(static_cast<int>(config_.GetInt("server.write_threads")),
                        static_cast<std::size_t>(config_.GetInt("server.queue_max"))),
        calls_(ReadCallOptions(config_, memory_), executor_, timer_, metrics_, authenticator_,
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
    RETURN_IF_ERROR(OpenTls());
    ASSIGN_OR_RETURN(const bool admin_has_tls,
                     AdminUsesTls(admin_address, tls_ == nullptr ? TlsSettings() : tls_->settings(),
                                  config_.GetBool("server.allow_insecure")));
    RETURN_IF_ERROR(MakeModules(specs));
    RETURN_IF_ERROR(Listen(grpc_address));
    WarnOfPlainBackends();
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
                            [this] { return Latest().ToToml(); },
                            [this] { return DescribeModules(); }, [this] { return Notices(); }},
                           admin_has_tls ? tls_.get() : nullptr));
    admin_address.port = admin_->port();
    admin_address_ = admin_address.ToString();
    StartProbe();
    health_ = std::make_unique<ServerHealth>(*port_->server().GetHealthCheckService(), HealthOf());
    health_tick_ = std::make_unique<TickThread>(kHealthPeriod, [this] {
      const absl::Status ready = Ready();
      health_->Update();
      hooks_.on_readiness(ready);
    });
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

  absl::StatusOr<ConfigChange> Reload(const Config& next) {
    RETURN_IF_ERROR(Daemon::Check(next, table_));
    ASSIGN_OR_RETURN(AccessSettings access, ReadAccessSettings(next));
    const Config latest = Latest();
    ConfigChange change = latest.ChangeTo(next);
    if (change.live.empty()) return change;
    SetLogLevel(next.GetString("server.log"));
    const bool has_new_scopes =
        std::binary_search(change.live.begin(), change.live.end(), "security.anonymous");
    if (has_new_scopes) access_.SetAnonymous(std::move(access.anonymous));
    for (const std::string& name : order_) modules_[name]->Reload(next);
    absl::MutexLock lock(&latest_mutex_);
    latest_ = std::make_unique<const Config>(latest.WithLiveOptionsOf(next));
    return change;
  }

  bool Stop() {
    if (stopped_) return true;
    stopped_ = true;
    const absl::Time deadline = absl::Now() + config_.GetDuration("server.drain");
    probe_tick_.reset();
    health_tick_.reset();
    tls_tick_.reset();
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
  absl::Status OpenTls() {
    ASSIGN_OR_RETURN(TlsSettings settings, ReadTlsSettings(config_));
    if (!settings.is_on()) return absl::OkStatus();
    ASSIGN_OR_RETURN(tls_, TlsSource::Open(std::move(settings), metrics_, machine_clock_));
    tls_tick_ =
        std::make_unique<TickThread>(tls_->settings().poll_period, [this] { tls_->Poll(); });
    return absl::OkStatus();
  }

  // The process key grants everything: on a network it belongs into TLS.
  void WarnOfPlainBackends() const {
    if (!has_common_key_) return;
    for (const ModuleSpec& spec : table_) {
      if (channels_->IsLocal(spec.name)) continue;
      const std::string& text = config_.GetString(StrCat("backends.", spec.name));
      const auto address = ParseAddress(text, "backends");
      if (ParseBackend(text).has_tls || (address.ok() && address->IsLoopback())) continue;
      LogWarning("the process key is sent without TLS: write the backend as https://HOST:PORT",
                 {{"module", spec.name}, {"backend", text}});
    }
  }

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
            .backups = backups_,
            .table = table_,
            .pack = std::move(pack),
            .pack_change = pack_.change(),
            .tls = tls_.get()};
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
                            kProbeTimeout, tls_ == nullptr ? nullptr : MakeProbeCredentials(*tls_));
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
    const absl::Duration interval =
        std::min(config_.GetDuration("server.probe"), hooks_.probe_interval_max);
    probe_tick_ = std::make_unique<TickThread>(interval, [this] {
      if (probe_->ProbeOnce()) hooks_.on_alive();
    });
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
    content.tls = tls_.get();
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

  // The configuration with the live options as they are now.
  Config Latest() const {
    absl::MutexLock lock(&latest_mutex_);
    return latest_ == nullptr ? config_ : *latest_;
  }

  std::vector<std::string> Notices() const {
    std::vector<std::string> all = pack_.notices();
    if (tls_ != nullptr) {
      for (std::string& notice : tls_->Notices()) all.push_back(std::move(notice));
    }
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
    const std::uint64_t failed = GrpcHandshakesFailed();
    if (tls_ != nullptr) {
      metrics_
          .Counter("citylayers_tls_handshakes_failed_total", "TLS handshakes that failed, by port.",
                   {{"port", "grpc"}})
          .Increment(static_cast<double>(failed - std::exchange(handshakes_failed_, failed)));
    }
    ShowLimits(access_.limits(), metrics_);
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
  const DaemonHooks hooks_;
  mutable absl::Mutex latest_mutex_;
  // After a reload; modules keep references to config_, whose other options stay in force.
  std::unique_ptr<const Config> latest_ ABSL_GUARDED_BY(latest_mutex_);
  const WallClock machine_clock_;
  access::AccessControl access_;
  const bool has_common_key_;
  const KeyAuthenticator authenticator_{access_};
  const MemoryBudget memory_;
  Metrics metrics_;
  absl::Mutex metrics_mutex_;                                            // serializes Show
  std::uint64_t handshakes_failed_ ABSL_GUARDED_BY(metrics_mutex_) = 0;  // of gRPC, when shown last
  std::unique_ptr<TlsSource> tls_;  // from Start on, when there is TLS; the ports read it
  Timer timer_;
  Executor executor_;
  Executor write_executor_;
  CallAdapter calls_;
  CityClock city_clock_;
  BackupSources backups_;
  ProcessPack pack_;
  std::vector<ModuleSpec> table_;
  std::optional<ModuleChannels> channels_;  // from Start on
  std::map<std::string, std::unique_ptr<Module>, std::less<>> modules_;
  std::vector<std::string> order_, started_;
  std::unique_ptr<GrpcPort> port_;
  std::unique_ptr<SelfProbe> probe_;
  std::unique_ptr<ServerHealth> health_;
  std::unique_ptr<TickThread> probe_tick_, health_tick_, tls_tick_;
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
  ASSIGN_OR_RETURN(const Protection protection, ProtectionOf(config));
  ASSIGN_OR_RETURN(const Address grpc, ParseAddress(config.GetString("server.grpc"), "--grpc"));
  RETURN_IF_ERROR(CheckReach(grpc, protection, "--grpc"));
  ASSIGN_OR_RETURN(const Address admin, ParseAddress(config.GetString("server.admin"), "--admin"));
  ASSIGN_OR_RETURN(const TlsSettings tls, ReadTlsSettings(config));
  RETURN_IF_ERROR(AdminUsesTls(admin, tls, protection.allow_insecure).status());
  RETURN_IF_ERROR(CheckTls(config, absl::Now()));
  RETURN_IF_ERROR(CheckCallOptions(config));
  ASSIGN_OR_RETURN(const auto specs, ResolveTargets(table, config.GetString("server.target")));
  RETURN_IF_ERROR(CheckProcessKey(access, specs.size() < table.size()));
  for (const ModuleSpec* spec : specs) {
    if (spec->check) RETURN_IF_ERROR(spec->check(config));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(Config config,
                                                      const std::vector<ModuleSpec>& table,
                                                      DaemonHooks hooks) {
  KeepCallbackThreads();
  ASSIGN_OR_RETURN(AccessSettings access, ReadAccessSettings(config));
  auto impl = std::make_unique<Impl>(std::move(config), std::move(access), std::move(hooks));
  RETURN_IF_ERROR(impl->Start(table));
  return std::unique_ptr<Daemon>(new Daemon(std::move(impl)));
}

std::string Daemon::grpc_address() const { return impl_->grpc_address(); }
std::string Daemon::admin_address() const { return impl_->admin_address(); }
absl::Status Daemon::Ready() const { return impl_->Ready(); }
absl::StatusOr<ConfigChange> Daemon::Reload(const Config& next) { return impl_->Reload(next); }
bool Daemon::Stop() { return impl_->Stop(); }

}  // namespace citylayers::runtime
