// The entrance of calls: caller, scopes and limits.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_ENTRANCE_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_ENTRANCE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

#include "services/access/caller_account.h"
#include "services/access/principal.h"
#include "services/runtime/rpc/authenticator.h"

namespace citylayers::runtime {

/// A caller whose call may begin.
struct AdmittedCaller {
  std::shared_ptr<const access::Principal> caller;  // never null
  /// For logs: the peer as gRPC names it, or the client's address behind a gateway or a proxy.
  std::string from;
  std::string address;  // of the client, without a port; empty: not known
  /// nullptr: the caller has no limits.
  std::shared_ptr<access::CallerAccount> account;
  /// Whether calls, streams and bytes count here: not when a process of the city forwards the call,
  /// because they were counted where it arrived. Readings count where they are stored.
  bool is_metered = false;
  access::StreamPlace place;  // of a metered stream
};

/// The first check of every gRPC call. Thread-safe.
class CallEntrance {
 public:
  /// The client's address of a call that no process forwards, such as one from a trusted proxy.
  /// `address`: that of the connection, without a port.
  using AddressOf =
      std::function<std::string(std::string_view address, const CallMetadata& metadata)>;

  /// `authenticator` must outlive it. `address_of`: nullptr: the address of the connection.
  explicit CallEntrance(const Authenticator& authenticator, AddressOf address_of = nullptr)
      : authenticator_(authenticator), address_of_(std::move(address_of)) {}

  /// `transport`: what it knows of the client; may be nullptr. `peer`: as gRPC names it. `need`:
  /// nullptr: scopes are checked later. UNAUTHENTICATED: no key, or an invalid one, where one is
  /// needed. PERMISSION_DENIED: the caller lacks the scope. RESOURCE_EXHAUSTED: it exceeds a limit,
  /// or its address sends too many invalid keys.
  absl::StatusOr<AdmittedCaller> Admit(const CallMetadata& metadata,
                                       const grpc::AuthContext* transport, std::string peer,
                                       const access::Need* need, bool is_stream) const;

 private:
  // The error of invalid credentials, of which an address may send a few.
  absl::Status Unidentified(const absl::Status& why, const AdmittedCaller& admitted,
                            bool is_forwarded) const;

  const Authenticator& authenticator_;
  const AddressOf address_of_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_ENTRANCE_H_
