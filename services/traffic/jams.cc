#include "services/traffic/jams.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/strings.h"
#include "services/traffic/queue_chain.h"

namespace citylayers::traffic {
namespace {

using Places =
    std::unordered_map<std::uint32_t, std::size_t>;  // segment -> index in the queuing list

/// Groups of adjoining queues, none of which has both directions of a stretch of road.
class QueueGroups {
 public:
  QueueGroups(const RoadNetwork& roads, const std::vector<QueuingSegment>& queuing,
              const Places& places)
      : roads_(roads), queuing_(queuing), places_(places), group_(queuing.size()) {
    std::iota(group_.begin(), group_.end(), std::size_t{0});
    for (std::size_t i = 0; i < queuing.size(); ++i) members_.push_back({i});
  }

  /// Joins the groups of two indexes; `gap` is the free segment between them, if any. Does nothing
  /// when the joined group would have both directions of a stretch.
  void Join(std::size_t a, std::size_t b, std::uint32_t gap = RoadNetwork::kNoTwin) {
    std::size_t large = group_[a], small = group_[b];
    if (large == small) return;
    if (members_[large].size() < members_[small].size()) std::swap(large, small);
    if (gap != RoadNetwork::kNoTwin && (IsIn(large, gap) || IsIn(small, gap))) return;
    for (const std::size_t member : members_[small]) {
      if (IsIn(large, queuing_[member].segment)) return;
    }
    for (const std::size_t member : members_[small]) group_[member] = large;
    members_[large].insert(members_[large].end(), members_[small].begin(), members_[small].end());
    members_[small].clear();
  }

  /// The segments of each group, ascending.
  std::vector<std::vector<std::uint32_t>> Segments() const {
    std::vector<std::vector<std::uint32_t>> groups;
    for (const std::vector<std::size_t>& members : members_) {
      if (members.empty()) continue;
      std::vector<std::uint32_t>& group = groups.emplace_back();
      for (const std::size_t member : members) group.push_back(queuing_[member].segment);
      std::sort(group.begin(), group.end());
    }
    return groups;
  }

 private:
  /// Whether the twin of a segment is in a group.
  bool IsIn(std::size_t group, std::uint32_t segment) const {
    const auto twin = places_.find(roads_.twin(segment));
    return twin != places_.end() && group_[twin->second] == group;
  }

  const RoadNetwork& roads_;
  const std::vector<QueuingSegment>& queuing_;
  const Places& places_;
  std::vector<std::size_t> group_;                 // by index
  std::vector<std::vector<std::size_t>> members_;  // indexes of each group
};

/// Joins queues that touch downstream, directly or over one short free segment: first the queues of
/// the same street, then the others, so that at a crossing where every street queues each keeps its
/// own queues.
void Connect(const RoadNetwork& roads, const std::vector<QueuingSegment>& queuing,
             const Places& places, const JamOptions& options, QueueGroups* groups) {
  for (const bool one_street : {true, false}) {
    const auto is_due = [&](std::uint32_t a, std::uint32_t b) {
      return (roads.street(a) != 0 && roads.street(a) == roads.street(b)) == one_street;
    };
    for (std::size_t i = 0; i < queuing.size(); ++i) {
      const std::uint32_t from = queuing[i].segment;
      for (const std::uint32_t next : roads.successors(from)) {
        if (const auto it = places.find(next); it != places.end()) {
          if (is_due(from, next)) groups->Join(i, it->second);
        } else if (roads.length_m(next) <= options.gap_m_max) {
          for (const std::uint32_t after : roads.successors(next)) {
            const auto far = places.find(after);
            if (far == places.end() || after == from || !is_due(from, after)) continue;
            groups->Join(i, far->second, next);
          }
        }
      }
    }
  }
}

std::string Base36(std::uint64_t value) {
  std::string text;
  do {
    text.insert(text.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36]);
    value /= 36;
  } while (value != 0);
  return text;
}

std::size_t Shared(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  std::size_t count = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i < *j) {
      ++i;
    } else if (*j < *i) {
      ++j;
    } else {
      ++count, ++i, ++j;
    }
  }
  return count;
}

/// Gives each jam the id and age of the former jam that it continues, each id at most once,
/// greatest overlaps first.
void InheritIds(const std::vector<Jam>& before, std::vector<Jam>* jams) {
  struct Match {
    std::size_t shared, jam, old;
  };
  std::unordered_map<std::uint32_t, std::size_t> owner;
  for (std::size_t o = 0; o < before.size(); ++o) {
    for (std::uint32_t member : before[o].members) owner.emplace(member, o);
  }
  std::vector<Match> matches;
  for (std::size_t j = 0; j < jams->size(); ++j) {
    std::vector<std::size_t> touched;
    for (std::uint32_t member : (*jams)[j].members) {
      if (auto it = owner.find(member); it != owner.end()) touched.push_back(it->second);
    }
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    for (std::size_t o : touched)
      matches.push_back({Shared((*jams)[j].members, before[o].members), j, o});
  }
  std::stable_sort(matches.begin(), matches.end(), [&before](const Match& a, const Match& b) {
    if (a.shared != b.shared) return a.shared > b.shared;
    return before[a.old].since_ms < before[b.old].since_ms;
  });
  std::vector<bool> jam_done(jams->size()), old_done(before.size());
  for (const Match& match : matches) {
    if (jam_done[match.jam] || old_done[match.old]) continue;
    jam_done[match.jam] = old_done[match.old] = true;
    Jam& jam = (*jams)[match.jam];
    jam.id = before[match.old].id;
    // The jam moves: its oldest members may flow again, but the jam keeps its age.
    jam.since_ms = std::min(jam.since_ms, before[match.old].since_ms);
  }
  // A part that split off may contain the member from which the whole jam's id was made.
  std::unordered_set<std::string> taken;
  for (std::size_t j = 0; j < jams->size(); ++j) {
    if (jam_done[j]) taken.insert((*jams)[j].id);
  }
  for (std::size_t j = 0; j < jams->size(); ++j) {
    if (jam_done[j]) continue;
    while (!taken.insert((*jams)[j].id).second) (*jams)[j].id += "-2";
  }
}

}  // namespace

std::vector<Jam> FindJams(const RoadNetwork& roads, const std::vector<QueuingSegment>& queuing,
                          const std::vector<Jam>& before, const JamOptions& options) {
  Places places;
  for (std::size_t i = 0; i < queuing.size(); ++i) places.emplace(queuing[i].segment, i);
  QueueGroups groups(roads, queuing, places);
  Connect(roads, queuing, places, options, &groups);

  std::vector<Jam> jams;
  for (std::vector<std::uint32_t>& members : groups.Segments()) {
    Jam jam;
    jam.segments = LongestChain(roads, members, options.gap_m_max);
    double time_s = 0, free_time_s = 0;
    for (std::uint32_t segment : jam.segments) {
      const double length_m = roads.length_m(segment);
      const double free_kmh = roads.reference_speed_kmh(segment);
      const auto place = places.find(segment);  // none: a gap, where no time is lost
      const double speed_kmh = place == places.end() ? free_kmh
                                                     : std::max(queuing[place->second].speed_kmh,
                                                                options.speed_kmh_floor);
      jam.length_m += length_m;
      time_s += length_m / (speed_kmh / 3.6);
      free_time_s += length_m / (free_kmh / 3.6);
    }
    if (jam.length_m < options.length_m_min) continue;
    jam.delay_s = std::max(0.0, time_s - free_time_s);
    jam.speed_kmh = jam.length_m / time_s * 3.6;
    jam.since_ms = std::numeric_limits<std::int64_t>::max();
    std::uint64_t oldest_id = 0;
    for (std::uint32_t segment : members) {
      const QueuingSegment& q = queuing[places[segment]];
      jam.level = std::max(jam.level, q.level);
      const std::uint64_t id = roads.stable_id(segment);
      if (q.since_ms < jam.since_ms || (q.since_ms == jam.since_ms && id < oldest_id)) {
        jam.since_ms = q.since_ms;
        oldest_id = id;
      }
    }
    jam.id =
        StrCat(Base36(oldest_id), "-", Base36(static_cast<std::uint64_t>(jam.since_ms / 1000)));
    jam.members = std::move(members);
    jams.push_back(std::move(jam));
  }
  std::sort(jams.begin(), jams.end(),
            [](const Jam& a, const Jam& b) { return a.members.front() < b.members.front(); });
  InheritIds(before, &jams);
  std::sort(jams.begin(), jams.end(), [](const Jam& a, const Jam& b) {
    return a.delay_s != b.delay_s ? a.delay_s > b.delay_s : a.id < b.id;
  });
  return jams;
}

}  // namespace citylayers::traffic
