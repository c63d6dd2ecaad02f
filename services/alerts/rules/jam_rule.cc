#include "services/alerts/rules/jam_rule.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace citylayers::alerts {
namespace {

LonLat Middle(LonLat a, LonLat b) {
  return {(a.lon_deg + b.lon_deg) / 2, (a.lat_deg + b.lat_deg) / 2};
}

}  // namespace

JamRule::JamRule(const JamRuleOptions& options)
    : Rule({.name = kJamRule,
            .kind = storage::AlertKind::kJam,
            .timings = {{.hold = options.slow_hold, .keep = options.keep},
                        {.hold = options.queue_hold, .keep = options.keep},
                        {.hold = options.official_hold, .keep = options.keep}},
            .min_tier = options.min_tier}),
      options_(options) {}

std::vector<Transition> JamRule::Evaluate(const RuleInput& input) {
  if (input.conditions.jams.has_value()) {
    return Observe(*input.conditions.jams, input.now, input.max_age_min);
  }
  Pause();
  return {};
}

std::vector<Transition> JamRule::Observe(const Complete<JamObservation>& jams, absl::Time now,
                                         absl::Duration max_age_min) {
  std::vector<Transition> out;
  if (now - jams.data_time > std::max(options_.stale_after, max_age_min)) {
    Pause();
    return out;
  }
  std::set<std::string> listed;
  for (const JamObservation& jam : jams.items) {
    if (!std::isfinite(jam.speed_kmh) || !listed.insert(jam.jam).second) continue;
    SubjectState& state = Find(jam.jam);
    ObserveJam(jam, now, state);
    const int tier = state.condition().tier();
    Propose(state, tier, ThresholdKmh(tier), out);
  }
  has_seen_jams_ = true;
  ClearGone(listed, std::nullopt, now, out);
  std::erase_if(untrusted_at_, [this](const auto& jam) { return !subjects_.contains(jam.first); });
  return out;
}

void JamRule::ObserveJam(const JamObservation& jam, absl::Time now, SubjectState& state) {
  Finding& finding = state.finding();
  finding.place = jam.street.empty() ? storage::Localized{"Đường không tên", "Unnamed road"}
                                     : storage::Localized{jam.street, jam.street};
  finding.location = Middle(jam.head, jam.tail);
  finding.radius_m = std::max(DistanceM(jam.head, jam.tail) / 2, options_.radius_min_m);
  finding.value = jam.speed_kmh;
  finding.length_m = jam.length_m;
  finding.from_street = jam.from_street;
  finding.to_street = jam.to_street;
  finding.bearing_deg = jam.bearing_deg;
  if (jam.live_share < options_.live_share_min) {
    state.SetSilent(true);
    state.condition().Pause();
    untrusted_at_[jam.jam] = now;
    return;
  }
  state.NoteData(now);
  absl::Time since = absl::InfiniteFuture();
  if (!has_seen_jams_ && jam.since.has_value()) {
    const auto untrusted = untrusted_at_.find(jam.jam);
    since = untrusted == untrusted_at_.end() ? *jam.since : std::max(*jam.since, untrusted->second);
  }
  state.condition().Observe(now, Tests(jam), since);
}

std::vector<TierTest> JamRule::Tests(const JamObservation& jam) const {
  const bool is_long = jam.length_m >= options_.length_min_m;
  // A jam consists of segments slower than a quarter of their reference speed, so that its presence
  // is the test of the first tier.
  const TierTest slow{.raises = true, .clears = false};
  const TierTest queue{
      .raises = is_long && jam.speed_kmh<options_.queue_raise_kmh, .clears = jam.speed_kmh> options_
                               .queue_clear_kmh};
  const TierTest official{
      .raises = is_long && jam.speed_kmh<options_.official_raise_kmh, .clears = jam.speed_kmh>
                               options_.official_clear_kmh};
  return {slow, queue, official};
}

double JamRule::ThresholdKmh(int tier) const {
  return tier == 3 ? options_.official_raise_kmh : tier == 2 ? options_.queue_raise_kmh : 0;
}

void JamRule::Pause() {
  has_seen_jams_ = false;
  Rule::Pause();
}

void JamRule::Clear(absl::Time data_from) {
  has_seen_jams_ = false;
  untrusted_at_.clear();
  Rule::Clear(data_from);
}

}  // namespace citylayers::alerts
