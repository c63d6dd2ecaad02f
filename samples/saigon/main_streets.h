// The named main streets, joined into a network and cut into bridges and land parts. Internal to
// samples/saigon.
#ifndef CITYLAYERS_SAMPLES_SAIGON_MAIN_STREETS_H_
#define CITYLAYERS_SAMPLES_SAIGON_MAIN_STREETS_H_

#include <vector>

#include "samples/saigon/street_net.h"
#include "samples/saigon/waterways.h"

namespace citylayers::saigon {

/// Streets in the order of streets.tsv. Ids are 100 * (line's rank) + part, parts counted along the
/// street: a bridge over a river or canal is a separate part with `bridge` set.
std::vector<Street> MainStreets(const BankDistance& banks);

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_MAIN_STREETS_H_
