// The way from one module to another.
#ifndef CITYLAYERS_SERVICES_RUNTIME_MODULE_CHANNELS_H_
#define CITYLAYERS_SERVICES_RUNTIME_MODULE_CHANNELS_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace grpc {
class Channel;
}  // namespace grpc

namespace citylayers::runtime {

/// Channels to the servers of modules. Callers use the same stubs for a module of this process and
/// for a remote one. Thread-safe.
class ModuleChannels {
 public:
  /// Whose calls a channel carries.
  enum class Caller {
    kProcess,  ///< this process: they have its key
    kClients,  ///< clients, whose calls are passed on: they have the clients' keys
  };
  using Open =
      std::function<std::shared_ptr<grpc::Channel>(std::string_view module, Caller caller)>;

  /// `local`: the modules of this process. `open` makes a channel; thread-safe.
  ModuleChannels(std::set<std::string, std::less<>> local, Open open)
      : local_(std::move(local)), open_(std::move(open)) {}

  /// A channel for calls of this process to the server of `module`: in-process when it runs here,
  /// otherwise TCP to `backends.<module>`. REQUIRES: called from Module::Start() on.
  std::shared_ptr<grpc::Channel> To(std::string_view module) const {
    return open_(module, Caller::kProcess);
  }
  /// The same for calls of clients that are passed on.
  std::shared_ptr<grpc::Channel> ForClients(std::string_view module) const {
    return open_(module, Caller::kClients);
  }
  /// True when `module` runs in this process.
  bool IsLocal(std::string_view module) const { return local_.contains(module); }

 private:
  const std::set<std::string, std::less<>> local_;
  const Open open_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_MODULE_CHANNELS_H_
