#include "services/runtime/daemon.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <prometheus/gauge.h>

#include "base/build_info.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "services/runtime/admin.h"
#include "services/runtime/city_clock.h"
#include "services/runtime/config/address.h"
#include "services/runtime/descriptors.h"
#include "services/runtime/http/http_server.h"
#include "services/runtime/log.h"
#include "services/runtime/probed_module.h"
#include "services/runtime/rpc/call_adapter.h"
#include "services/runtime/rpc/callback_threads.h"
#include "services/runtime/rpc/grpc_listener.h"
#include "services/runtime/rpc/malformed_requests.h"
#include "services/runtime/rpc/reflection.h"
#include "services/runtime/rpc/server_health.h"
#include "services/runtime/rpc/unknown_methods.h"
#include "services/runtime/rpc/watch_thread.h"
#include "services/runtime/self_probe.h"
#include "services/runtime/tick_thread.h"
#include "storage/pack/city_pack.h"
#include "storage/pack/pack_mark.h"

namespace citylayers::runtime {
namespace {

constexpr std::string_view kClockOwner = "readings";
constexpr absl::Duration kProbeTimeout = absl::Seconds(5);
constexpr int kHandshakeTimeoutMs = 20'000;
constexpr int kExitDeaf = 3;
constexpr std::int64_t kStreamsOfClient = 2'000;
constexpr std::int64_t kStreamsOfGateway = 20'000;
constexpr absl::Duration kHealthPeriod = absl::Milliseconds(250);
// Time that gRPC may take to end the calls that are cancelled at the end of the drain.
constexpr absl::Duration kCancelPatience = absl::Seconds(1);

CallOptions CallLimits(const Config& config, const MemoryBudget& memory) {
  CallOptions options;
  options.deadline_default = config.GetDuration("grpc.deadline_default");
  options.unary_max = static_cast<int>(config.GetInt("grpc.unary_max"));
  options.writes_max = static_cast<int>(config.GetInt("grpc.writes_max"));
  options.streams_max = static_cast<int>(config.GetInt("grpc.streams_max"));
  // Daemon::Check has refused values that do not parse.
  options.method_limits =
      ParseMethodLimits(config.GetString("grpc.method_limits")).value_or(options.method_limits);
  options.writes.timeout = config.GetDuration("grpc.write_timeout");
  options.writes.streams = memory.share(MemoryUse::kStreams);
  options.requests = memory.share(MemoryUse::kRpcRequests);
  return options;
}

std::int64_t StreamsPerConnection(const Config& config, bool has_gateway) {
  const std::int64_t streams_max = config.GetInt("grpc.streams_per_connection_max");
  if (streams_max != 0) return streams_max;
  return has_gateway ? kStreamsOfClient : kStreamsOfGateway;
}

GrpcListener::Options ListenerOptions(const Config& config, std::int64_t streams_max) {
  GrpcListener::Options options;
  options.descriptors_end =
      ConnectionDescriptorsEnd(RaiseDescriptorLimit(config.GetInt("server.descriptors_max")),
                               config.GetInt("server.descriptors_reserve"));
  // gRPC clients leave half of the connections' descriptors to HTTP.
  options.connections_max = std::min(static_cast<int>(config.GetInt("grpc.connections_max")),
                                     options.descriptors_end / 2);
  // A tenth more than announced: streams of a conforming client may overlap with ones that end, and
  // must not get it cut.
  options.streams_per_connection_max = streams_max + std::max<std::int64_t>(streams_max / 10, 100);
  options.streams_max = config.GetInt("grpc.streams_max") + config.GetInt("grpc.unary_max") +
                        config.GetInt("grpc.writes_max");
  return options;
}

// Messages of clients are not decompressed: gRPC checks the size of a message before, not after
// decompression, and 1 MB of gzip may hold 1 GiB.
template <typename Arguments>
void TakeNoCompressedMessages(Arguments set) {
  set(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE);
  set(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
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

class Daemon::Impl final : public ModuleContext {
 public:
  explicit Impl(Config config)
      : config_(std::move(config)),
        memory_(static_cast<std::size_t>(config_.GetInt("server.memory_max"))),
        executor_(static_cast<int>(config_.GetInt("server.threads")),
                  static_cast<std::size_t>(config_.GetInt("server.queue_max"))),
        write_executor_(static_cast<int>(config_.GetInt("server.write_threads")),
                        static_cast<std::size_t>(config_.GetInt("server.queue_max"))),
        calls_(CallLimits(config_, memory_), executor_, timer_, metrics_, authenticator_,
               &write_executor_),
        city_clock_(machine_clock_) {}

  ~Impl() override { (void)Stop(); }

  // ModuleContext.
  const Config& config() const override { return config_; }
  Metrics& metrics() override { return metrics_; }
  Executor& executor() override { return executor_; }
  const MemoryBudget& memory() const override { return memory_; }
  Timer& timer() override { return timer_; }
  CallAdapter& calls() override { return calls_; }
  const CityClock& city_clock() const override { return city_clock_; }
  std::optional<PackChange> pack_change() const override {
    absl::MutexLock lock(&pack_mutex_);
    return pack_change_;
  }
  const std::vector<ModuleSpec>& Table() const override { return table_; }
  bool IsLocal(std::string_view module) const override {
    return modules_.find(module) != modules_.end();
  }

  absl::StatusOr<std::string> DataDirectory(std::string_view module) const override {
    const std::string path = DataPath(module);
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) {
      return absl::FailedPreconditionError(
          StrCat("--data: cannot make ", path, ": ", error.message()));
    }
    // Files of earlier versions were readable by every user; a closed directory protects them as
    // well.
    const auto closed = static_cast<std::filesystem::perms>(FileMask(config_));
    std::filesystem::permissions(path, closed, std::filesystem::perm_options::remove, error);
    return path;
  }

  absl::StatusOr<std::shared_ptr<const storage::CityPack>> Pack() override {
    absl::MutexLock lock(&pack_mutex_);
    if (pack_ == nullptr) {
      const std::string& directory = config_.GetString("server.pack");
      if (directory.empty()) {
        return absl::InvalidArgumentError(
            "--pack is missing: name a city pack (citylayers pack build makes one)");
      }
      ASSIGN_OR_RETURN(pack_, storage::CityPack::Open(directory));
      if (const std::uint32_t names = pack_->segments().repaired_name_count(); names > 0) {
        LogWarning(
            "pack: street names that are not UTF-8 are served repaired; build the pack again",
            {{"pack", directory}, {"names", names}});
      }
    }
    return pack_;
  }

  std::shared_ptr<grpc::Channel> Channel(std::string_view module) override {
    grpc::ChannelArguments arguments;
    const int bytes_max = static_cast<int>(config_.GetInt("grpc.message_bytes_max"));
    arguments.SetMaxReceiveMessageSize(bytes_max);
    arguments.SetMaxSendMessageSize(bytes_max);
    TakeNoCompressedMessages([&](const char* key, int value) { arguments.SetInt(key, value); });
    if (IsLocal(module)) return server_->InProcessChannel(arguments);
    arguments.SetInt(
        GRPC_ARG_KEEPALIVE_TIME_MS,
        static_cast<int>(absl::ToInt64Milliseconds(config_.GetDuration("grpc.keepalive"))));
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
    return grpc::CreateCustomChannel(config_.GetString(StrCat("backends.", module)),
                                     grpc::InsecureChannelCredentials(), arguments);
  }

  absl::Status Start(const std::vector<ModuleSpec>& table) {
    RETURN_IF_ERROR(Daemon::Check(config_, table));
    table_ = table;
    ShowBuild(metrics_);
    ASSIGN_OR_RETURN(const auto specs, ResolveTargets(table_, config_.GetString("server.target")));
    ASSIGN_OR_RETURN(Address grpc_address,
                     ParseAddress(config_.GetString("server.grpc"), "--grpc"));
    ASSIGN_OR_RETURN(Address admin_address,
                     ParseAddress(config_.GetString("server.admin"), "--admin"));
    for (const ModuleSpec* spec : specs) modules_.emplace(spec->name, nullptr);
    for (const ModuleSpec* spec : specs) {
      RETURN_IF_ERROR(ComparePack(spec->name));
      absl::StatusOr<std::unique_ptr<Module>> module = spec->make(*this);
      if (!module.ok()) return Within(spec->name, module.status());
      modules_[spec->name] = *std::move(module);
      order_.push_back(spec->name);
      MarkPack(spec->name);
    }
    RETURN_IF_ERROR(Listen(grpc_address));
    if (!IsLocal(kClockOwner) || order_.size() > 1) FollowClock();
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
    StartProbe(grpc_address);
    health_ = std::make_unique<ServerHealth>(*server_->GetHealthCheckService(), HealthOf());
    health_tick_ = std::make_unique<TickThread>(kHealthPeriod, [this] { health_->Update(); });
    return absl::OkStatus();
  }

  absl::Status Ready() const {
    if (probe_ != nullptr) RETURN_IF_ERROR(probe_->Ready());
    return ModulesReady();
  }

  absl::Status ModulesReady() const {
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
    if (listener_ != nullptr) listener_->Stop();
    calls_.Drain();
    for (auto it = started_.rbegin(); it != started_.rend(); ++it) modules_[*it]->Stop();
    clock_watch_.reset();
    if (admin_ != nullptr) admin_->Drain(absl::Seconds(1));
    return server_ == nullptr || StopServer(deadline);
  }

  const std::string& grpc_address() const { return grpc_address_; }
  const std::string& admin_address() const { return admin_address_; }

 private:
  std::string DataPath(std::string_view module) const {
    return (std::filesystem::path(config_.GetString("server.data")) / module).string();
  }

  static absl::Status Within(std::string_view module, const absl::Status& status) {
    return absl::Status(status.code(), StrCat(module, ": ", ToStd(status.message())));
  }

  // gRPC ends a call when its stream has passed through its queues, and clients may have filled
  // these. The modules have stopped, so nothing durable depends on it. Returns false when the
  // deadline passes; the process must then end without destroying the daemon.
  bool StopServer(absl::Time deadline) {
    auto done = std::make_shared<absl::Notification>();
    std::thread stopping([server = server_.get(), deadline, done] {
      server->Shutdown(absl::ToChronoTime(deadline));
      server->Wait();
      done->Notify();
    });
    const absl::Time end = std::max(deadline, absl::Now()) + kCancelPatience;
    if (done->WaitForNotificationWithTimeout(end - absl::Now())) {
      stopping.join();
      return true;
    }
    stopping.detach();
    return false;
  }

  void StartProbe(const Address& grpc_address) {
    const int failures_max = static_cast<int>(config_.GetInt("server.probe_failures_max"));
    std::vector<SelfProbe::Port> ports = {
        {StrCat("gRPC port ", grpc_address_), [this, host = ProbeHost(grpc_address.host)] {
           return ProbeGrpc(Address{host, grpc_port_}.ToString(), kProbeTimeout);
         }}};
    for (const std::string& name : order_) {
      if (auto* module = dynamic_cast<ProbedModule*>(modules_[name].get())) {
        ports.push_back(
            {StrCat("port of ", name), [module] { return module->Probe(kProbeTimeout); }});
      }
    }
    probe_ = std::make_unique<SelfProbe>(
        SelfProbe::Options{.deaf_after =
                               failures_max == 0 ? std::numeric_limits<int>::max() : failures_max},
        std::move(ports), [](const std::string& port, const absl::Status& why) {
          LogError("own port unreachable: ending, so that the supervisor restarts the process",
                   {{"port", port}, {"why", ToStd(why.message())}});
          std::_Exit(kExitDeaf);
        });
    probe_tick_ = std::make_unique<TickThread>(config_.GetDuration("server.probe"),
                                               [this] { probe_->Step(); });
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
      const Module* module = IsLocal(spec.name) ? modules_[spec.name].get() : gateway;
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

  absl::Status Listen(Address address) {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    const std::int64_t streams_max = StreamsPerConnection(config_, IsLocal("gateway"));
    listener_ = std::make_unique<GrpcListener>(ListenerOptions(config_, streams_max), metrics_);
    ASSIGN_OR_RETURN(grpc_port_, listener_->Bind(address));
    listener_->Register(builder);
    TakeNoCompressedMessages(
        [&](const char* key, int value) { builder.AddChannelArgument(key, value); });
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, static_cast<int>(streams_max));
    // Limits clients that connect and send nothing.
    builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
    // gRPC parses a message before its memory is charged; a small limit bounds that memory.
    builder.SetMaxReceiveMessageSize(static_cast<int>(config_.GetInt("grpc.request_bytes_max")));
    builder.SetMaxSendMessageSize(static_cast<int>(config_.GetInt("grpc.message_bytes_max")));
    grpc::ResourceQuota quota("server");
    quota.Resize(memory_.bytes(MemoryUse::kTransport));
    builder.SetResourceQuota(quota);
    const auto milliseconds = [this](std::string_view key) {
      return static_cast<int>(absl::ToInt64Milliseconds(config_.GetDuration(key)));
    };
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, milliseconds("grpc.keepalive"));
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               milliseconds("grpc.keepalive_min"));
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    std::set<grpc::Service*> registered;
    for (const std::string& name : order_) {
      for (grpc::Service* service : modules_[name]->GrpcServices()) {
        if (registered.insert(service).second) builder.RegisterService(service);
      }
      modules_[name]->ConfigureServer(builder);
    }
    if (!PassesCallsOn()) builder.RegisterCallbackGenericService(&unknown_methods_);
    reflection_ = std::make_unique<Reflection>(Services());
    reflection_->Register(builder);
    AnswerMalformedRequests(builder);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) return absl::InternalError("gRPC does not start a server");
    server_->GetHealthCheckService()->SetServingStatus(false);  // until readiness is known
    listener_->Start();
    address.port = grpc_port_;
    grpc_address_ = address.ToString();
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
      if (passes_on || IsLocal(spec.name)) {
        services.insert(spec.services.begin(), spec.services.end());
      }
    }
    return {services.begin(), services.end()};
  }

  void FollowClock() {
    std::shared_ptr<common::v1::ClockService::Stub> stub =
        common::v1::ClockService::NewStub(Channel(kClockOwner));
    clock_watch_ = std::make_unique<WatchThread>(
        "city clock",
        [stub](grpc::ClientContext& context) { return stub->WatchClock(&context, {}); },
        [this](const common::v1::WatchClockResponse& response) {
          city_clock_.Set(response.clock());
        });
  }

  // A data directory is used longer than a pack of its city (the registry takes precedence over a
  // pack's stations), so a new pack of the same city is accepted and reported. A pack of another
  // city is refused, because nothing in the directory would match it.
  absl::Status ComparePack(const std::string& module) {
    if (config_.GetString("server.pack").empty()) return absl::OkStatus();
    const std::string directory = DataPath(module);
    const std::optional<storage::PackMark> before = storage::LoadPackMark(directory);
    if (!before.has_value()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::shared_ptr<const storage::CityPack> pack, Pack());
    const storage::PackMark now = storage::PackMark::Of(pack->manifest());
    if (now.pack_id == before->pack_id) return absl::OkStatus();
    RETURN_IF_ERROR(storage::CheckPackMark(directory, *before, now));
    LogWarning("the data directory was used with another city pack before",
               {{"directory", directory}, {"pack_before", before->pack_id}, {"pack", now.pack_id}});
    const std::string notice =
        StrCat("the city pack has changed from ", before->pack_id, " to ", now.pack_id);
    if (std::find(notices_.begin(), notices_.end(), notice) != notices_.end()) {
      return absl::OkStatus();
    }
    notices_.push_back(notice);
    absl::MutexLock lock(&pack_mutex_);
    pack_change_ = {before->pack_id, now.pack_id};
    return absl::OkStatus();
  }

  // Notes in the directory that its files belong to this pack from now on. Only a note: it may
  // fail.
  void MarkPack(const std::string& module) {
    const std::string directory = DataPath(module);
    std::error_code error;
    if (!std::filesystem::is_directory(directory, error)) return;
    const absl::StatusOr<std::shared_ptr<const storage::CityPack>> pack = Pack();
    if (!pack.ok()) return;
    const absl::Status saved =
        storage::SavePackMark(directory, storage::PackMark::Of((*pack)->manifest()));
    if (!saved.ok()) {
      LogWarning("the city pack was not noted in the data directory", {{"why", saved.message()}});
    }
  }

  std::vector<std::string> Notices() const {
    std::vector<std::string> all = notices_;
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
  const MemoryBudget memory_;
  Metrics metrics_;
  absl::Mutex metrics_mutex_;  // serializes Show
  Timer timer_;
  Executor executor_;
  Executor write_executor_;
  AnonymousAuthenticator authenticator_;
  CallAdapter calls_;
  CityClock city_clock_;
  mutable absl::Mutex pack_mutex_;
  std::shared_ptr<const storage::CityPack> pack_ ABSL_GUARDED_BY(pack_mutex_);
  std::optional<PackChange> pack_change_ ABSL_GUARDED_BY(pack_mutex_);
  std::map<std::string, std::unique_ptr<Module>, std::less<>> modules_;
  std::vector<ModuleSpec> table_;
  std::vector<std::string> order_, started_;
  std::vector<std::string> notices_;  // filled while the modules are made
  std::unique_ptr<Reflection> reflection_;
  UnknownMethods unknown_methods_;
  std::unique_ptr<GrpcListener> listener_;
  std::uint16_t grpc_port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<SelfProbe> probe_;
  std::unique_ptr<ServerHealth> health_;
  std::unique_ptr<TickThread> probe_tick_, health_tick_;
  std::unique_ptr<WatchThread> clock_watch_;
  std::unique_ptr<HttpServer> admin_;
  std::string grpc_address_, admin_address_;
  bool stopped_ = false;
};

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daemon::~Daemon() = default;

absl::Status Daemon::Check(const Config& config, const std::vector<ModuleSpec>& table) {
  for (const std::string flag : {"grpc", "admin"}) {
    ASSIGN_OR_RETURN(const Address address,
                     ParseAddress(config.GetString("server." + flag), "--" + flag));
    RETURN_IF_ERROR(CheckReach(address, config.GetBool("server.allow_insecure"), "--" + flag));
  }
  RETURN_IF_ERROR(ParseMethodLimits(config.GetString("grpc.method_limits")).status());
  ASSIGN_OR_RETURN(const auto specs, ResolveTargets(table, config.GetString("server.target")));
  for (const ModuleSpec* spec : specs) {
    if (spec->check) RETURN_IF_ERROR(spec->check(config));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(Config config,
                                                      const std::vector<ModuleSpec>& table) {
  KeepCallbackThreads();
  auto impl = std::make_unique<Impl>(std::move(config));
  RETURN_IF_ERROR(impl->Start(table));
  return std::unique_ptr<Daemon>(new Daemon(std::move(impl)));
}

std::string Daemon::grpc_address() const { return impl_->grpc_address(); }
std::string Daemon::admin_address() const { return impl_->admin_address(); }
absl::Status Daemon::Ready() const { return impl_->Ready(); }
bool Daemon::Stop() { return impl_->Stop(); }

}  // namespace citylayers::runtime
