// The registry of stations as messages: single stations and pages.
#ifndef CITYLAYERS_SERVICES_READINGS_STATION_DIRECTORY_H_
#define CITYLAYERS_SERVICES_READINGS_STATION_DIRECTORY_H_

#include "absl/status/statusor.h"

#include "citylayers/readings/v1/station_service.pb.h"
#include "storage/pack/station.h"
#include "storage/readings/registrar.h"
#include "storage/readings/registry.h"

namespace citylayers::readings {

/// Implements StationService, without gRPC. Thread-safe; the registry must outlive it.
class StationDirectory {
 public:
  explicit StationDirectory(const storage::Registry& registry) : registry_(registry) {}

  /// Errors as in station_service.proto.
  absl::StatusOr<v1::GetStationResponse> Get(const v1::GetStationRequest& request) const;
  absl::StatusOr<v1::ListStationsResponse> List(const v1::ListStationsRequest& request) const;

 private:
  v1::Station ToProto(const storage::StationDef& station) const;

  const storage::Registry& registry_;
};

/// Registers a pack's stations; stations that are already known are not changed.
absl::Status SeedFromPack(const std::vector<storage::PackStation>& stations,
                          storage::Registrar& registrar);

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_STATION_DIRECTORY_H_
