// The process's metrics in the Prometheus model. Names carry base units. Labels have few values
// (layer, method, code), never ids.
#ifndef CITYLAYERS_SERVICES_RUNTIME_METRICS_H_
#define CITYLAYERS_SERVICES_RUNTIME_METRICS_H_

#include <map>
#include <memory>
#include <string>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace citylayers::runtime {

/// A registry of counters, gauges and histograms. The references that it returns are valid for its
/// lifetime, thread-safe and lock-free to update (include <prometheus/counter.h> and so on for
/// that). The same name and labels return the same object; each call costs one lock and a map
/// lookup, so keep the reference.
class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;

  Metrics();
  ~Metrics();

  prometheus::Counter& Counter(const std::string& name, const std::string& help,
                               const Labels& labels = {});
  prometheus::Gauge& Gauge(const std::string& name, const std::string& help,
                           const Labels& labels = {});
  /// Buckets from 50 us to 10 s.
  prometheus::Histogram& Seconds(const std::string& name, const std::string& help,
                                 const Labels& labels = {});

  /// Returns the metrics in the text exposition format, for /metrics.
  std::string Serialize() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_METRICS_H_
