#include "storage/alerts/trail_check.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "storage/alerts/alert_codec.h"

namespace citylayers::storage {

TrailChecker::TrailChecker(TrailPosition from, std::string previous_hash)
    : check_{.alert_id = from.alert_id,
             .last_sequence = from.sequence,
             .head_hash = std::move(previous_hash)} {}

bool TrailChecker::Add(const AlertEventRecord& event) {
  ++check_.events_checked;
  const std::uint32_t sequence = next_sequence();
  if (event.sequence != sequence) {
    Fail(sequence, StrCat("line ", sequence, " is missing"));
    return false;
  }
  if (event.hash != EventHash(check_.head_hash, check_.alert_id, event)) {
    Fail(sequence, StrCat("line ", sequence, " was changed"));
    return false;
  }
  check_.last_sequence = sequence;
  check_.head_hash = event.hash;
  return true;
}

void TrailChecker::End(const AlertRecord& alert) {
  check_.is_complete = true;
  const std::uint32_t last = check_.last_sequence;
  if (last != alert.event_count) {
    Fail(std::min(last, alert.event_count) + 1,
         StrCat("it ends at line ", last, " and not at line ", alert.event_count, " as written"));
  } else if (check_.head_hash != alert.trail_hash) {
    Fail(last, StrCat("line ", last, " does not have the hash that its alert has for it"));
  }
}

void TrailChecker::Fail(std::uint32_t sequence, std::string_view reason) {
  check_.is_complete = true;
  check_.damage = {.sequence = sequence, .reason = std::string(reason)};
}

}  // namespace citylayers::storage
