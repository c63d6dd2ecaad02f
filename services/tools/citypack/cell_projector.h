// From longitude and latitude to the cells of a grid.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_CELL_PROJECTOR_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_CELL_PROJECTOR_H_

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "base/lon_lat.h"
#include "geo/projection/projector.h"
#include "geo/raster/grid.h"
#include "geo/raster/sample.h"

namespace citylayers::citypack {

/// INVALID_ARGUMENT, with the remedy: the error for a grid without a reference system.
absl::Status NoReferenceSystem();

/// Converts longitude and latitude to the cells of one grid. Not thread-safe.
class CellProjector {
 public:
  /// INVALID_ARGUMENT: the grid has no reference system, or one that is not known.
  static absl::StatusOr<CellProjector> Make(const geo::GridGeometry& geometry);

  /// nullopt where the reference system does not define the place.
  std::optional<geo::CellPoint> ToCell(LonLat p) const;

 private:
  CellProjector(geo::Projector projector, const geo::GridAffine& affine)
      : projector_(std::move(projector)), affine_(affine) {}

  geo::Projector projector_;
  geo::GridAffine affine_;
};

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_CELL_PROJECTOR_H_
