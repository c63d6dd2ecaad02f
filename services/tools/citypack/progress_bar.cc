#include "services/tools/citypack/progress_bar.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include <unistd.h>

namespace citylayers::citypack {
namespace {

constexpr int kWidth = 32;

}  // namespace

ProgressBar::ProgressBar(std::FILE* out, bool quiet)
    : out_(out), enabled_(!quiet && ::isatty(::fileno(out)) != 0) {}

std::string ProgressBar::Line(std::string_view step, double share) {
  const double clamped = std::clamp(share, 0.0, 1.0);
  const int filled = static_cast<int>(clamped * kWidth);
  return absl::StrFormat("%-16s [%s%s] %3d %%", std::string(step), std::string(filled, '#'),
                         std::string(kWidth - filled, '.'), static_cast<int>(clamped * 100));
}

void ProgressBar::Show(std::string_view step, double share) {
  if (!enabled_) return;
  const int percent = static_cast<int>(std::clamp(share, 0.0, 1.0) * 100);
  if (step == step_ && percent == percent_) return;
  if (step != step_ && !step_.empty() && percent_ < 100) std::fputc('\n', out_);
  step_ = step;
  percent_ = percent;
  std::fprintf(out_, "\r%s%s", Line(step, share).c_str(), percent >= 100 ? "\n" : "");
  std::fflush(out_);
}

}  // namespace citylayers::citypack
