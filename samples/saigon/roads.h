// The streets of the embedded Ho Chi Minh City: main streets and bridges with their real names and
// approximate courses, local streets from a seeded generator.
//
//   std::vector<geo::Way> ways = saigon::Roads();
//   // ways[i].nodes shared between ways are junctions; bridges meet others at their ends only.
//
// Pure and thread-safe; equal seeds give equal bytes. Takes about a second.
#ifndef CITYLAYERS_SAMPLES_SAIGON_ROADS_H_
#define CITYLAYERS_SAMPLES_SAIGON_ROADS_H_

#include <cstdint>
#include <vector>

#include "geo/roads/way.h"

namespace citylayers::saigon {

inline constexpr std::uint64_t kDefaultSeed = 1698;  // the year Gia Định was founded

/// Main streets have ids below kFirstLocalId, generated local streets have ids from there on.
inline constexpr std::int64_t kFirstLocalId = 1'000'000;

/// All ways, main streets first, connected through shared node ids. Nodes are numbered from 1.
std::vector<geo::Way> Roads(std::uint64_t seed = kDefaultSeed);

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_ROADS_H_
