#include "services/traffic/jam_tracker.h"

#include <utility>

namespace citylayers::traffic {
namespace {

constexpr absl::Duration kTrendSpan = absl::Minutes(10);

std::vector<QueuingSegment> Queuing(const TrafficState& state,
                                    const std::vector<SegmentView>& views) {
  std::vector<QueuingSegment> queuing;
  for (std::uint32_t i = 0; i < views.size(); ++i) {
    // A jam consists of queues derived from speeds, measured or typical for the hour (live_share
    // has the proportion). A road that is closed, or slow because of its water alone, is not part
    // of one.
    if (views[i].level < Level::kQueuing || views[i].level == Level::kClosed ||
        views[i].source == Source::kNone || state[i].queuing_since_ms == 0)
      continue;
    queuing.push_back({.segment = i,
                       .level = static_cast<std::uint8_t>(views[i].level),
                       .speed_kmh = views[i].speed_kmh,
                       .since_ms = state[i].queuing_since_ms});
  }
  return queuing;
}

}  // namespace

void JamTracker::Update(const TrafficState& state, const std::vector<SegmentView>& views,
                        absl::Time now) {
  last_jams_ = FindJams(roads_, Queuing(state, views), last_jams_, options_);
  auto list = std::make_shared<JamList>();
  list->data_time = state.data_time();
  absl::flat_hash_map<std::string, std::deque<Length>> lengths;
  for (const Jam& jam : last_jams_) {
    std::deque<Length>& history = lengths[jam.id];
    if (auto it = lengths_.find(jam.id); it != lengths_.end()) history = std::move(it->second);
    if (history.empty() || now - history.back().time >= kTrendPeriod)
      history.push_back({now, jam.length_m});
    while (history.size() > 1 && now - history.front().time > kTrendSpan) history.pop_front();
    double live_m = 0, known_m = 0;
    for (std::uint32_t segment : jam.segments) {
      if (views[segment].source == Source::kNone) continue;  // a gap without any speed
      known_m += roads_.length_m(segment);
      live_m += roads_.length_m(segment) * static_cast<double>(views[segment].live_share);
    }
    list->items.push_back({jam, jam.length_m - history.front().length_m, live_m / known_m});
  }
  lengths_ = std::move(lengths);
  if (*list != *list_) list_ = std::move(list);
}

void JamTracker::Clear() {
  last_jams_.clear();
  lengths_.clear();
}

void JamTracker::Save(storage::CheckpointWriter* writer) const {
  writer->U32(static_cast<std::uint32_t>(last_jams_.size()));
  for (const Jam& jam : last_jams_) {
    writer->Text(jam.id);
    writer->U64(static_cast<std::uint64_t>(jam.since_ms));
    writer->U32(static_cast<std::uint32_t>(jam.members.size()));
    writer->Raw(jam.members.data(), jam.members.size() * sizeof(std::uint32_t));
  }
}

std::optional<std::vector<Jam>> JamTracker::Load(storage::CheckpointReader* reader,
                                                 std::uint32_t segment_count) {
  std::uint32_t jam_count = 0;
  if (!reader->U32(&jam_count)) return std::nullopt;
  std::vector<Jam> jams;
  for (std::uint32_t i = 0; i < jam_count; ++i) {
    Jam jam;
    std::uint64_t since_ms = 0;
    std::uint32_t size = 0;
    if (!reader->Text(&jam.id) || !reader->U64(&since_ms) || !reader->U32(&size) ||
        size > segment_count) {
      return std::nullopt;
    }
    jam.since_ms = static_cast<std::int64_t>(since_ms);
    jam.members.resize(size);
    if (!reader->Raw(jam.members.data(), size * sizeof(std::uint32_t))) return std::nullopt;
    jams.push_back(std::move(jam));
  }
  return jams;
}

}  // namespace citylayers::traffic
