// The line of a jam: the longest chain of its queues.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_QUEUE_CHAIN_H_
#define CITYLAYERS_SERVICES_TRAFFIC_QUEUE_CHAIN_H_

#include <cstdint>
#include <vector>

#include "services/traffic/road_network.h"

namespace citylayers::traffic {

/// The longest path along `members` against the driving direction, from its head (first car) to its
/// tail (last car). Between two members it may cross one segment that is not a member, of at most
/// `gap_m_max`; that segment is then in the chain, and its length counts. No segment is in it
/// twice, no segment whose twin is a member is crossed, and both ends are members.
/// If the roads form no ring, there is no longer chain; of equal ones the choice is always the
/// same. A ring is cut at one place, determined from the head of the queue, and the chain is the
/// longest in the remaining graph: the longest of all would be NP-hard to find.
/// Time and space grow with members x successors, and a gap's successors. Pure.
/// REQUIRES: `members` ascending, not empty, without both directions of a stretch of road.
std::vector<std::uint32_t> LongestChain(const RoadNetwork& roads,
                                        const std::vector<std::uint32_t>& members,
                                        double gap_m_max);

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_QUEUE_CHAIN_H_
