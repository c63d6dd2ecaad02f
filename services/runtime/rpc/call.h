// A call as seen by methods.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include <google/protobuf/repeated_field.h>

#include "services/access/caller_account.h"
#include "services/access/principal.h"

namespace citylayers::runtime {

/// A call as seen by a method.
struct Call {
  std::string method;   // "ReadingService/WriteReadings"
  std::string peer;     // "ipv4:127.0.0.1:51234"; of a forwarded call the client's address
  absl::Time deadline;  // by the machine's wall clock
  std::shared_ptr<const access::Principal> caller;             // never null
  access::Permission permission = access::Permission::kAdmin;  // that the method needs

  std::shared_ptr<access::CallerAccount> account;  // nullptr: no limits

  /// Takes readings that the method is about to store. RESOURCE_EXHAUSTED: the caller has written
  /// as many as it may.
  absl::Status TakeReadings(int count) const;
  /// The same for streams, which are not refused: their next request is read when the caller may
  /// write more.
  void ChargeReadings(int count) const;

  /// For methods that take limited permissions: OK when the caller has the method's permission for
  /// this resource, such as "traffic"; empty: for all. Otherwise the error of the call.
  absl::Status CheckResource(std::string_view resource) const;
  /// The same for each of some resources; the first one that is not allowed decides.
  absl::Status CheckResources(const google::protobuf::RepeatedPtrField<std::string>& names) const;
};

/// access::Require, with the reason of the error.
absl::Status CheckAccess(const access::Principal& caller, const access::Need& need);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_H_
