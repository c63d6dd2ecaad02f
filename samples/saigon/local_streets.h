// Local streets between the main streets, by a seeded generator. Internal to samples/saigon.
#ifndef CITYLAYERS_SAMPLES_SAIGON_LOCAL_STREETS_H_
#define CITYLAYERS_SAMPLES_SAIGON_LOCAL_STREETS_H_

#include <cstdint>
#include <vector>

#include "samples/saigon/street_net.h"
#include "samples/saigon/waterways.h"

namespace citylayers::saigon {

/// Streets that fill the quarters of quarters.tsv: traced along and across the direction of the
/// nearest main streets and banks, at the distance set for the quarter, ending at main streets,
/// water and parks. Not yet joined; ids from kFirstLocalId.
std::vector<Street> LocalStreets(const std::vector<Street>& main, const BankDistance& banks,
                                 std::uint64_t seed);

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_LOCAL_STREETS_H_
