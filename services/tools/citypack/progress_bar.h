// How far a build is, on a terminal.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_PROGRESS_BAR_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_PROGRESS_BAR_H_

#include <cstdio>
#include <string>
#include <string_view>

namespace citylayers::citypack {

/// One line per step, redrawn in place at most every percent. Writes only to a terminal. Not
/// thread-safe.
class ProgressBar {
 public:
  /// `out` is borrowed; nothing is written when it is not a terminal or `quiet`.
  ProgressBar(std::FILE* out, bool quiet);

  /// `share` of `step` is done, 0 to 1. A new step begins a new line.
  void Show(std::string_view step, double share);

  /// The text of one state of the bar, 60 columns.
  static std::string Line(std::string_view step, double share);

 private:
  std::FILE* out_;
  bool enabled_;
  std::string step_;
  int percent_ = -1;
};

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_PROGRESS_BAR_H_
