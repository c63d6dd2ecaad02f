// The progress of a replay on a terminal.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_PROGRESS_LINE_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_PROGRESS_LINE_H_

#include <cstdint>

#include "absl/time/time.h"

#include "services/tools/replay/replayer.h"

namespace citylayers::cli {

/// A line on standard error that is redrawn at most twice per second, and cleared at the end. Not
/// thread-safe.
class ProgressLine {
 public:
  /// `shown` false, e.g. without a terminal: prints nothing.
  explicit ProgressLine(bool shown) : shown_(shown) {}
  ~ProgressLine() { Clear(); }

  void Show(const replay::ReplayProgress& progress);
  /// Makes room for other output.
  void Clear();

 private:
  const bool shown_;
  absl::Time last_ = absl::InfinitePast();
  std::uint64_t last_accepted_ = 0;
};

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_PROGRESS_LINE_H_
