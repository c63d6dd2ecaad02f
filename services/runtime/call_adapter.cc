#include "services/runtime/call_adapter.h"

namespace citylayers::runtime {

CallAdapter::CallAdapter(CallOptions options, Executor& executor, Timer& timer, Metrics& metrics,
                         const Authenticator& authenticator, Executor* write_executor)
    : gate_(options, metrics, authenticator),
      executor_(executor),
      write_executor_(write_executor == nullptr ? executor : *write_executor),
      timer_(timer),
      stream_look_(options.stream_look) {}

}  // namespace citylayers::runtime
