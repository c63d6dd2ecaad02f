// The process's metrics, in Prometheus' model. Names carry base units; labels are bounded (layer,
// method, code), never ids.
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

/// A registry of counters, gauges and histograms. The references it hands out live as long as it
/// does and are thread-safe and lock-free to update (include <prometheus/counter.h> and so on to do
/// that). Asking twice for the same name and labels gives the same object; one lock and a map
/// lookup each, so keep the reference.
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

  /// The text exposition format, for /metrics.
  std::string Serialize() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_METRICS_H_
