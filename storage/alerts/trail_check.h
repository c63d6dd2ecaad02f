// Verification of an alert's audit trail: recomputes the chain of hashes.
#ifndef CITYLAYERS_STORAGE_ALERTS_TRAIL_CHECK_H_
#define CITYLAYERS_STORAGE_ALERTS_TRAIL_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/alerts/alert_record.h"

namespace citylayers::storage {

/// Where to begin: after line `sequence` of the trail of `alert_id`. Sequence 0: at its beginning.
struct TrailPosition {
  std::uint64_t alert_id = 0;
  std::uint32_t sequence = 0;
  friend bool operator==(const TrailPosition&, const TrailPosition&) = default;
};

/// What is wrong with a trail.
struct TrailDamage {
  std::uint32_t sequence = 0;  ///< The first damaged line; 0: the alert itself is.
  std::string reason;          ///< As "line 2 was changed".
};

/// Result of verifying a trail, or a part of it.
struct TrailCheck {
  std::uint64_t alert_id = 0;
  std::size_t events_checked = 0;   ///< By this verification.
  std::uint32_t last_sequence = 0;  ///< The last line without damage, from the beginning; 0: none.
  /// Hash of that line, 32 bytes: a copy kept elsewhere has to be equal. Empty without such a line,
  /// and when the line at which the verification was to continue is damaged.
  std::string head_hash;
  bool is_complete = false;  ///< The end of the trail was reached, or damage.
  TrailDamage damage;

  bool is_intact() const { return damage.reason.empty(); }
};

/// Verifies the lines of one trail, which are passed in their order, then its end. Not thread-safe.
class TrailChecker {
 public:
  /// `previous_hash`: the hash of line `from.sequence`; empty at the beginning.
  TrailChecker(TrailPosition from, std::string previous_hash);

  /// Verifies the next line. Returns false after damage: nothing else is to be added.
  bool Add(const AlertEventRecord& event);
  /// Compares the end of the trail with the alert, which has the number of lines and the last hash.
  void End(const AlertRecord& alert);
  /// The next line, or with `sequence` 0 the alert, is damaged for a reason found by the caller.
  void Fail(std::uint32_t sequence, std::string_view reason);

  std::uint32_t next_sequence() const { return check_.last_sequence + 1; }
  const TrailCheck& check() const { return check_; }

 private:
  TrailCheck check_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ALERTS_TRAIL_CHECK_H_
