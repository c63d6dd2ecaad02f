#include "services/programs/citylayers/progress_line.h"

#include <cstdio>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

#include "base/strings.h"
#include "services/programs/citylayers/format.h"

namespace citylayers::cli {
namespace {

constexpr absl::Duration kProgressPeriod = absl::Milliseconds(500);

}  // namespace

void ProgressLine::Show(const replay::ReplayProgress& progress) {
  const absl::Time now = absl::Now();
  if (!shown_ || now - last_ < kProgressPeriod) return;
  const double seconds = absl::ToDoubleSeconds(now - last_);
  const std::uint64_t rate =
      last_ == absl::InfinitePast()
          ? 0
          : static_cast<std::uint64_t>(
                static_cast<double>(progress.sent.accepted - last_accepted_) / seconds);
  last_ = now;
  last_accepted_ = progress.sent.accepted;
  const std::string refused =
      progress.sent.rejected == 0 ? "" : StrCat("  refused ", FormatCount(progress.sent.rejected));
  std::fprintf(stderr, "\r\x1b[K%s  ×%g%s  %s readings/s  stored %s%s",
               FormatCityTime(progress.city_time).c_str(), progress.speed,
               progress.warming_up ? " (warming up)" : "", FormatCount(rate).c_str(),
               FormatCount(progress.sent.accepted).c_str(), refused.c_str());
  std::fflush(stderr);
}

void ProgressLine::Clear() {
  if (shown_ && last_ != absl::InfinitePast()) std::fputs("\r\x1b[K", stderr);
}

}  // namespace citylayers::cli
