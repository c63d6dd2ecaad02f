// Jams: connected queuing segments as objects that keep their identity while they move.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_JAMS_H_
#define CITYLAYERS_SERVICES_TRAFFIC_JAMS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "services/traffic/road_network.h"

namespace citylayers::traffic {

/// A segment that queues.
struct QueuingSegment {
  std::uint32_t segment = 0;
  std::uint8_t level = 3;  // 3 queuing, 4 stationary
  double speed_kmh = 0;
  std::int64_t since_ms = 0;
};

/// One jam.
struct Jam {
  std::string id;  // lower-case letters, digits and '-'
  /// From head (first car) to tail (last car): its longest chain (queue_chain.h), short gaps
  /// between queues included.
  std::vector<std::uint32_t> segments;
  std::vector<std::uint32_t> members;  // all that queue, ascending, side arms included, gaps not
  std::uint8_t level = 3;              // the worst in it
  double length_m = 0;                 // along `segments`
  double delay_s = 0;                  // lost along `segments` against free flow
  double speed_kmh = 0;                // mean over that length (length / time)
  std::int64_t since_ms = 0;           // the earliest since of all members that it had under its id
};

struct JamOptions {
  double length_m_min = 100;  // shorter queues are no jams
  double gap_m_max = 60;      // a freely flowing segment up to this long does not cut a jam in two
  double speed_kmh_floor = 1.0;  // for delays: standing traffic still moves this fast on average
};

/// Finds the jams of a moment: segments are of one jam when one is the other's successor, or with
/// one short segment between them. A jam never has both directions of a stretch of road, whether
/// as members or in its line: at a dead end the queue in and the queue out are two jams, and where
/// queues of several streets meet those of one street are joined first. Order: longest delay first,
/// then id. Ids: a jam takes over the id of the jam of `before` with which it shares most members
/// (ties: the older); a new jam's id is made from its oldest member and since, so that it is the
/// same however often it is computed. Under one id `since_ms` never grows. O(queuing segments x
/// successors). Pure.
std::vector<Jam> FindJams(const RoadNetwork& roads, const std::vector<QueuingSegment>& queuing,
                          const std::vector<Jam>& before, const JamOptions& options);

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_JAMS_H_
