#include "services/runtime/memory_budget.h"

#include "absl/time/time.h"
#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::runtime {
namespace {

struct Part {
  const char* name;
  std::size_t sixteenths;
};
// In the order of MemoryUse.
constexpr Part kParts[kMemoryUses] = {{"http_bodies", 2}, {"rpc_requests", 2}, {"transport", 2},
                                      {"streams", 4},     {"tiles", 3},        {"ingest", 1},
                                      {"store", 2}};

}  // namespace

bool MemoryShare::TryTake(std::size_t bytes) {
  const std::size_t before = used_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  if (bytes <= limit_bytes_ && before <= limit_bytes_ - bytes) return true;
  used_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  refused_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

absl::Status MemoryShare::ExhaustedError() const {
  return WithRetryAfter(
      WithReason(absl::ResourceExhaustedError(
                     StrCat("the memory for ", name_, " is spent (", limit_bytes_,
                            " bytes, a share of server.memory_max); try again in a second")),
                 kReasonOverloaded),
      absl::Seconds(1));
}

MemoryBudget::MemoryBudget(std::size_t total_bytes) {
  for (std::size_t i = 0; i < kMemoryUses; ++i) {
    shares_[i] =
        std::make_shared<MemoryShare>(kParts[i].name, total_bytes / 16 * kParts[i].sixteenths);
  }
}

void MemoryBudget::Show(Metrics& metrics) const {
  for (const auto& share : shares_) {
    const Metrics::Labels labels = {{"share", share->name()}};
    metrics
        .Gauge("citylayers_memory_used_bytes", "Memory taken of a share of server.memory_max.",
               labels)
        .Set(static_cast<double>(share->used_bytes()));
    metrics.Gauge("citylayers_memory_limit_bytes", "Size of a share of server.memory_max.", labels)
        .Set(static_cast<double>(share->limit_bytes()));
    prometheus::Counter& refused =
        metrics.Counter("citylayers_memory_refused_total",
                        "Requests and streams refused because a share was spent.", labels);
    if (const double more = static_cast<double>(share->refused()) - refused.Value(); more > 0) {
      refused.Increment(more);
    }
  }
}

}  // namespace citylayers::runtime
