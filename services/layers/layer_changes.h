// The changes of a layer as one answer.
#ifndef CITYLAYERS_SERVICES_LAYERS_LAYER_CHANGES_H_
#define CITYLAYERS_SERVICES_LAYERS_LAYER_CHANGES_H_

#include <memory>

#include "absl/status/statusor.h"

#include "base/clock.h"
#include "citylayers/layers/v1/layer_service.pb.h"
#include "services/layers/layer.h"
#include "services/layers/watch_source.h"

namespace citylayers::layers {

/// The answer of GetChanges: the first message that a WatchSource of the same request would send.
/// Equal states give equal answers. Errors as WatchSource::Make. UNAVAILABLE with RetryInfo: the
/// layer has no state yet.
absl::StatusOr<v1::GetChangesResponse> ChangesOf(std::shared_ptr<const Layer> layer,
                                                 const v1::GetChangesRequest& request,
                                                 const WatchSource::Options& options,
                                                 const Clock& machine_clock);

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_LAYER_CHANGES_H_
