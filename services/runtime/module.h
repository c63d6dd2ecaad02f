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
class Channel;
class ServerBuilder;
class Service;
}  // namespace grpc

namespace citylayers::storage {
class CityPack;
}  // namespace citylayers::storage

namespace citylayers::runtime {

class CallAdapter;
class CityClock;
struct ModuleSpec;

/// Ids of the packs that a data directory was used with: the previous one and the current one.
struct PackChange {
  std::string before_id;
  std::string now_id;
};

/// The services of the process that a module may use. Outlives the module; thread-safe.
class ModuleContext {
 public:
  virtual ~ModuleContext() = default;
  virtual const Config& config() const = 0;
  virtual Metrics& metrics() = 0;
  /// The process's budget for memory that grows with its load.
  virtual const MemoryBudget& memory() const = 0;
  virtual Timer& timer() = 0;
  virtual CallAdapter& calls() = 0;
  /// The city clock. The readings module owns it; every other process follows it.
  virtual const CityClock& city_clock() const = 0;
  /// Returns this module's directory for files, `<data>/<module>`, and creates it when missing.
  virtual absl::StatusOr<std::string> DataDirectory(std::string_view module) const = 0;
  /// The city pack, opened once per process.
  virtual absl::StatusOr<std::shared_ptr<const storage::CityPack>> Pack() = 0;
  /// A channel to the server of `module`: in-process when it runs here, otherwise TCP to
  /// `backends.<module>`. Usable from Start() on. Callers use the same stubs in both cases.
  virtual std::shared_ptr<grpc::Channel> Channel(std::string_view module) = 0;
  /// True when `module` runs in this process.
  virtual bool IsLocal(std::string_view module) const = 0;
  /// Every module of the platform, whether it runs in this process or not.
  virtual const std::vector<ModuleSpec>& Table() const = 0;
  /// Set when a data directory of this process was used with another pack before.
  virtual std::optional<PackChange> pack_change() const = 0;
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
  /// Ends the work that Start began: joins threads, closes files. Called once, in reverse order of
  /// Start, before the server stops.
  virtual void Stop() {}
};

/// One entry of the table of modules.
struct ModuleSpec {
  std::string name;  // accepted by --target: "traffic"
  // Modules that this one calls. Those that run in this process start before it.
  std::vector<std::string> needs;
  std::vector<std::string> services;  // full names of its gRPC services
  std::vector<Option> options;        // its section of the configuration
  // Checks options of this module against each other when it is to run; may be empty.
  std::function<absl::Status(const Config&)> check = nullptr;
  std::function<absl::StatusOr<std::unique_ptr<Module>>(ModuleContext&)> make;
};

/// Resolves a --target list ("all", or names separated by commas) against the table.
/// Returns the specs to run, each after the ones that it needs. INVALID_ARGUMENT: an
/// unknown name, with a suggestion.
absl::StatusOr<std::vector<const ModuleSpec*>> ResolveTargets(const std::vector<ModuleSpec>& table,
                                                              std::string_view targets);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_MODULE_H_
