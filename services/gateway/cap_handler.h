// /cap: the public feed of CAP messages.
#ifndef CITYLAYERS_SERVICES_GATEWAY_CAP_HANDLER_H_
#define CITYLAYERS_SERVICES_GATEWAY_CAP_HANDLER_H_

#include <functional>
#include <memory>

#include "absl/time/time.h"

#include "citylayers/alerts/v1/alert_service.grpc.pb.h"
#include "services/gateway/backends.h"
#include "services/gateway/public_url.h"
#include "services/gateway/request_access.h"
#include "services/runtime/http/http_responder.h"
#include "services/runtime/rpc/call_group.h"

namespace citylayers::gateway {

/// Calls the alerts backend for each request: a few clients poll the feed once a minute.
/// Thread-safe; never blocks.
class CapHandler {
 public:
  struct Options {
    absl::Duration timeout = absl::Seconds(10);
  };
  /// `backends` must outlive it. The destructor waits for calls under way.
  CapHandler(Options options, const Backends& backends, const PublicUrl& public_url,
             const RequestAccess& access, std::function<absl::Time()> city_time);

  /// GET /cap/alerts.atom
  void Feed(const runtime::HttpRequest& request, runtime::Responder responder);
  /// GET /cap/{id}.xml
  void Message(const runtime::HttpRequest& request, runtime::Responder responder);

 private:
  template <typename Request, typename Response>
  struct Call;
  // Counts a call; false after an error was sent, when no call can be made.
  bool BeginCall(runtime::Responder& responder);

  const Options options_;
  const PublicUrl& public_url_;
  const RequestAccess& access_;
  const std::function<absl::Time()> city_time_;
  std::unique_ptr<alerts::v1::AlertService::Stub> stub_;
  runtime::CallGroup calls_;  // last: its destructor waits for callbacks that use the others
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_CAP_HANDLER_H_
