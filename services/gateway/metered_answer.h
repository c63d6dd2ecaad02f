// Answers whose bytes count against the limits of their caller.
#ifndef CITYLAYERS_SERVICES_GATEWAY_METERED_ANSWER_H_
#define CITYLAYERS_SERVICES_GATEWAY_METERED_ANSWER_H_

#include <memory>

#include "services/access/caller_account.h"
#include "services/runtime/http/http_responder.h"
#include "services/runtime/timer.h"

namespace citylayers::gateway {

/// A responder that answers as `responder` does, charges the bytes of bodies to the account, and
/// keeps `place` until the stream is closed. While the account owes bytes, NotifyWritable of a
/// stream does not call back, unless the stream is closed: whoever writes the stream waits.
/// `timer` must outlive the answer.
runtime::Responder Metered(runtime::Responder responder,
                           std::shared_ptr<access::CallerAccount> account,
                           access::StreamPlace place, runtime::Timer& timer);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_METERED_ANSWER_H_
