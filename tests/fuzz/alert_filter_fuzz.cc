// Fuzz target of the filters of ListAlerts and WatchAlerts.
#include <cstdlib>

#include "base/strings.h"
#include "services/alerts/alert_filter.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace citylayers;  // NOLINT: the whole file is one function
  const auto filter = alerts::ParseAlertFilter(ToAbsl(fuzz::TextOf(data, size)));
  if (!filter.ok()) return 0;
  (void)alerts::MatchesAlert(*filter, storage::AlertRecord());
  (void)filter->ToString();
  return 0;
}
