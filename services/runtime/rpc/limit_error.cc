#include "services/runtime/rpc/limit_error.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_format.h"

#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::runtime {
namespace {

std::string_view PermittedBy(access::LimitKind kind) {
  switch (kind) {
    case access::LimitKind::kCalls:
      return "calls per second";
    case access::LimitKind::kStreams:
      return "open streams";
    case access::LimitKind::kReadings:
      return "written readings per second";
    case access::LimitKind::kBytes:
      return "bytes per second, received and sent";
    case access::LimitKind::kFailures:
      return "invalid API keys per second";
  }
  return "";
}

}  // namespace

absl::Status LimitError(const access::LimitRefusal& refusal, std::string_view key_id) {
  // A shorter one would make clients call again before the error has reached them.
  const absl::Duration wait = std::max(refusal.wait, absl::Milliseconds(10));
  const std::string whose = key_id.empty()
                                ? std::string("callers without an API key at one address")
                                : StrCat("the API key ", key_id);
  absl::Status status = absl::ResourceExhaustedError(
      absl::StrFormat("%s: the limit is %.15g %s; try again in %.2f s", whose, refusal.limit,
                      ToAbsl(PermittedBy(refusal.kind)), absl::ToDoubleSeconds(wait)));
  return WithRetryAfter(WithReason(std::move(status), kReasonLimitExceeded), wait);
}

}  // namespace citylayers::runtime
