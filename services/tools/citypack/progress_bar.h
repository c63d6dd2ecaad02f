// Progress bar of a build, for a terminal.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_PROGRESS_BAR_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_PROGRESS_BAR_H_

#include <cstdio>
#include <string>
#include <string_view>

namespace citylayers::citypack {

/// One line per step, redrawn in place when the percentage changes. Writes only to a
/// terminal. Not thread-safe.
class ProgressBar {
 public:
  /// `out` must outlive this; nothing is written when it is not a terminal or `quiet` is set.
  ProgressBar(std::FILE* out, bool quiet);

  /// Shows that `share` of `step` is done, 0 to 1. A new step begins a new line.
  void Show(std::string_view step, double share);

  /// The text of the bar in one state, 60 columns.
  static std::string Line(std::string_view step, double share);

 private:
  std::FILE* out_;
  bool enabled_;
  std::string step_;
  int percent_ = -1;
};

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_PROGRESS_BAR_H_
