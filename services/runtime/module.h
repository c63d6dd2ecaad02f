// The interface of a server module, and the interface that the runtime offers to it.
#ifndef CITYLAYERS_SERVICES_RUNTIME_MODULE_H_
#define CITYLAYERS_SERVICES_RUNTIME_MODULE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "services/runtime/config/config.h"
#include "services/runtime/memory_budget.h"
#include "services/runtime/metrics.h"
#include "services/runtime/timer.h"

namespace grpc {
class ServerBuilder;
class Service;
}  // namespace grpc

namespace citylayers::access {
class AccessControl;
}  // namespace citylayers::access

namespace citylayers::storage {
class CityPack;
}  // namespace citylayers::storage

namespace citylayers::runtime {

class BackupSources;
class CallAdapter;
class CityClock;
class ModuleChannels;
class TlsSource;
struct ModuleSpec;

/// Ids of the packs that a data directory was used with: the previous one and the current one.
struct PackChange {
  std::string before_id;
  std::string now_id;
};

/// What the process gives to a module. The references outlive the module and are thread-safe; a
/// module keeps a copy, or the members that it needs.
struct ModuleContext {
  const Config& config;
  Metrics& metrics;
  const MemoryBudget& memory;  // the process's budget for memory that grows with its load
  Timer& timer;
  CallAdapter& calls;
  const CityClock& city_clock;  // owned by the readings module; every other process follows it
  const ModuleChannels& channels;
  access::AccessControl& access;  // the keys of the process; set by the module that owns them
  BackupSources& backups;         // the stores of the process; each module adds its own
  const std::vector<ModuleSpec>& table;           // every module of the platform, wherever it runs
  std::shared_ptr<const storage::CityPack> pack;  // nullptr unless ModuleSpec::needs_pack
  std::optional<PackChange> pack_change;  // a data directory was used with another pack before
  const TlsSource* tls = nullptr;         // of the ports; nullptr: without TLS
};

/// A part of the server. Created before the server listens, started when it does. One thread calls
/// these methods.
class Module {
 public:
  virtual ~Module() = default;
  /// gRPC services to register; they live as long as the module. A service that several modules
  /// return is registered once.
  virtual std::vector<grpc::Service*> GrpcServices() { return {}; }
  /// For settings other than RegisterService, such as a generic service.
  virtual void ConfigureServer(grpc::ServerBuilder& /*builder*/) {}
  /// True when ConfigureServer registers a handler that forwards calls to
  /// modules in other processes.
  virtual bool PassesCallsOn() const { return false; }
  /// Begins work that needs channels. Must not wait for other modules: they start in order, but may
  /// be unavailable.
  virtual absl::Status Start() { return absl::OkStatus(); }
  /// OK when the module can answer with real data; otherwise the reason, shown by /readyz.
  virtual absl::Status Ready() const { return absl::OkStatus(); }
  /// Warnings for operators about a module that is ready, one sentence each, shown by /readyz.
  virtual std::vector<std::string> Notices() const { return {}; }
  /// Takes over the options of `next` that are live (Option::is_live). Called when they have
  /// changed, by the thread of the other methods; must not block.
  virtual void Reload(const Config& /*next*/) {}
  /// Ends the work that Start began: joins threads, closes files. Called once, in reverse order of
  /// Start, before the server stops.
  virtual void Stop() {}
};

/// Follows a module of another process for as long as it exists.
class Follower {
 public:
  virtual ~Follower() = default;
  /// Warnings for operators, one sentence each, shown by /readyz. Thread-safe.
  virtual std::vector<std::string> Notices() const { return {}; }
};

/// One entry of the table of modules.
struct ModuleSpec {
  std::string name;  // accepted by --target: "traffic"
  // Modules that this one calls. Those that run in this process start before it.
  std::vector<std::string> needs;
  std::vector<std::string> services;  // full names of its gRPC services
  bool needs_pack = false;            // it runs only with a city pack (ModuleContext::pack)
  std::vector<Option> options;        // its section of the configuration
  // Checks options of this module against each other when it is to run; may be empty.
  std::function<absl::Status(const Config&)> check = nullptr;
  std::function<absl::StatusOr<std::unique_ptr<Module>>(const ModuleContext&)> make;
  // For a module whose state every process needs: called in those that it does not run in, once
  // they listen. May be empty.
  std::function<std::unique_ptr<Follower>(const ModuleContext&)> follow = nullptr;
};

/// Resolves a --target list ("all", or names separated by commas) against the table.
/// Returns the specs to run, each after the ones that it needs. INVALID_ARGUMENT: an
/// unknown name, with a suggestion.
absl::StatusOr<std::vector<const ModuleSpec*>> ResolveTargets(const std::vector<ModuleSpec>& table,
                                                              std::string_view targets);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_MODULE_H_
