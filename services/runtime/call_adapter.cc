#include "services/runtime/call_adapter.h"

namespace citylayers::runtime {

CallAdapter::CallAdapter(CallOptions options, Executor& executor, Timer& timer, Metrics& metrics,
                         const Authenticator& authenticator)
    : gate_(options, metrics, authenticator),
      executor_(executor),
      timer_(timer),
      stream_look_(options.stream_look) {}

}  // namespace citylayers::runtime
