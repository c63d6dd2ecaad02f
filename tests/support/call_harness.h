// The call adapter with its dependencies, for tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_CALL_HARNESS_H_
#define CITYLAYERS_TESTS_SUPPORT_CALL_HARNESS_H_

#include <utility>

#include "services/runtime/executor.h"
#include "services/runtime/metrics.h"
#include "services/runtime/rpc/call_adapter.h"
#include "services/runtime/timer.h"
#include "tests/support/set_authenticator.h"

namespace citylayers::runtime {

/// Default limits unless given, two threads, every call accepted. It must outlive the service and
/// its server.
///
///   CallHarness harness;
///   TrafficServiceImpl service(layer, clock, harness.calls);
struct CallHarness {
  explicit CallHarness(CallOptions options = {})
      : calls(std::move(options), executor, timer, metrics, authenticator) {}

  Executor executor{2, 100};
  Timer timer;
  Metrics metrics;
  SetAuthenticator authenticator;
  CallAdapter calls;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_TESTS_SUPPORT_CALL_HARNESS_H_
