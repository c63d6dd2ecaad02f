#include "services/gateway/http_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include "base/strings.h"

namespace citylayers::gateway {

void HttpMetrics::Update(const runtime::HttpServerStats& now) {
  last_.routes.resize(now.routes.size());
  const auto add = [this](const std::string& name, const std::string& help, double delta,
                          const runtime::Metrics::Labels& labels = {}) {
    if (delta > 0) metrics_.Counter(name, help, labels).Increment(delta);
  };
  for (std::size_t i = 0; i < now.routes.size(); ++i) {
    const runtime::HttpRouteStats& route = now.routes[i];
    const runtime::HttpRouteStats& before = last_.routes[i];
    const std::string pattern = route.pattern.empty() ? "none" : route.pattern;
    for (std::size_t c = 1; c < route.by_class.size(); ++c) {
      add("citylayers_http_requests_total", "HTTP requests by route and class of status.",
          static_cast<double>(route.by_class[c] - before.by_class[c]),
          {{"route", pattern}, {"code", StrCat(c, "xx")}});
    }
    add("citylayers_http_handling_seconds_total",
        "Time from a complete request to its answer, by route.",
        route.seconds_sum - before.seconds_sum, {{"route", pattern}});
  }
  add("citylayers_http_connections_total", "HTTP connections accepted.",
      static_cast<double>(now.connections_total - last_.connections_total));
  add("citylayers_http_connections_refused_total", "HTTP connections refused, over the limit.",
      static_cast<double>(now.connections_refused_total - last_.connections_refused_total));
  add("citylayers_http_sent_bytes_total", "Bytes of HTTP answers.",
      static_cast<double>(now.bytes_sent_total - last_.bytes_sent_total));
  add("citylayers_http_timeouts_total", "Requests and answers that took too long.",
      static_cast<double>(now.timeouts_total - last_.timeouts_total));
  add("citylayers_http_bad_requests_total", "HTTP requests that were malformed or over a limit.",
      static_cast<double>(now.bad_requests_total - last_.bad_requests_total));
  add("citylayers_tls_handshakes_failed_total", "TLS handshakes that failed, by port.",
      static_cast<double>(now.handshakes_failed_total - last_.handshakes_failed_total),
      {{"port", "http"}});
  metrics_.Gauge("citylayers_http_connections", "Open HTTP connections.")
      .Set(static_cast<double>(now.connections_open));
  metrics_.Gauge("citylayers_http_streams", "Open HTTP streams: live layers, alerts, RPC.")
      .Set(static_cast<double>(now.streams_open));
  last_ = now;
}

}  // namespace citylayers::gateway
