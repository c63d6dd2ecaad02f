// Detection of jams: connected queuing segments as objects that keep their identity while they
// move.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_JAMS_H_
#define CITYLAYERS_SERVICES_TRAFFIC_JAMS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "services/traffic/road_network.h"

namespace citylayers::traffic {

/// A queuing segment.
struct QueuingSegment {
  std::uint32_t segment = 0;
  std::uint8_t level = 3;  // 3 queuing, 4 stationary
  double speed_kmh = 0;
  std::int64_t since_ms = 0;
};

struct Jam {
  std::string id;  // lower-case letters, digits and '-'
  /// From head (first car) to tail (last car): its longest chain (queue_chain.h), including short
  /// gaps between queues.
  std::vector<std::uint32_t> segments;
  std::vector<std::uint32_t>
      members;                // all queuing segments, ascending; includes side arms, excludes gaps
  std::uint8_t level = 3;     // the worst of its members
  double length_m = 0;        // along `segments`
  double delay_s = 0;         // time lost along `segments` compared with free flow
  double speed_kmh = 0;       // mean over that length (length / time)
  std::int64_t since_ms = 0;  // earliest `since` of all members that it had under this id
  friend bool operator==(const Jam&, const Jam&) = default;
};

struct JamOptions {
  double length_m_min = 100;     // shorter queues are not reported
  double gap_m_max = 60;         // maximum length of a freely flowing segment within a jam
  double speed_kmh_floor = 1.0;  // for delays: standing traffic still moves this fast on average
};

/// Finds the jams in a state: segments belong to one jam when one succeeds the other, directly or
/// with one short segment between them. A jam never has both directions of a stretch of road,
/// whether as members or in its line: at a dead end the queue in and the queue out are two jams,
/// and where queues of several streets meet those of the same street are joined first. Order:
/// longest delay first, then id. Ids: a jam keeps the id of the jam of `before` with which it
/// shares most members (ties: the older); a new id is made from the oldest member and its since, so
/// that repeated computations give the same id. Under one id `since_ms` never increases. O(queuing
/// segments x successors). Pure.
std::vector<Jam> FindJams(const RoadNetwork& roads, const std::vector<QueuingSegment>& queuing,
                          const std::vector<Jam>& before, const JamOptions& options);

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_JAMS_H_
