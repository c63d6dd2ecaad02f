// Exports the counters of the HTTP server as metrics.
#ifndef CITYLAYERS_SERVICES_GATEWAY_HTTP_METRICS_H_
#define CITYLAYERS_SERVICES_GATEWAY_HTTP_METRICS_H_

#include "services/runtime/http/http_options.h"
#include "services/runtime/metrics.h"

namespace citylayers::gateway {

/// Copies snapshots of the server's own counters, so that a request touches no shared metric. One
/// thread at a time.
class HttpMetrics {
 public:
  explicit HttpMetrics(runtime::Metrics& metrics) : metrics_(metrics) {}
  /// Sets the metrics to `now`; call it about once per second.
  void Update(const runtime::HttpServerStats& now);

 private:
  runtime::Metrics& metrics_;
  runtime::HttpServerStats last_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_HTTP_METRICS_H_
