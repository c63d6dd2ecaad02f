#include "services/runtime/limit_metrics.h"

#include <string>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

namespace citylayers::runtime {
namespace {

void Raise(prometheus::Counter& counter, std::uint64_t total) {
  if (const double more = static_cast<double>(total) - counter.Value(); more > 0) {
    counter.Increment(more);
  }
}

}  // namespace

void ShowLimits(const access::CallerLimits& limits, Metrics& metrics) {
  const access::CallerLimits::Stats stats = limits.GetStats();
  const auto show_held = [&metrics](const std::string& of, std::size_t count) {
    metrics
        .Gauge("citylayers_limit_accounts",
               "API keys, and addresses, whose use is remembered for their limits.", {{"of", of}})
        .Set(static_cast<double>(count));
  };
  show_held("keys", stats.keys);
  show_held("addresses", stats.addresses);
  Raise(metrics.Counter("citylayers_limit_addresses_replaced_total",
                        "Addresses that made room for others (limits.addresses_max)."),
        stats.addresses_replaced);
  for (std::size_t i = 0; i < access::kLimitKinds; ++i) {
    const std::string kind(access::WordOf(static_cast<access::LimitKind>(i)));
    Raise(metrics.Counter("citylayers_limit_refused_total",
                          "Calls and requests refused because the caller exceeded a limit.",
                          {{"limit", kind}}),
          stats.refused[i]);
  }
}

}  // namespace citylayers::runtime
