#include "services/tools/citypack/cell_projector.h"

#include "base/status_macros.h"

namespace citylayers::citypack {

absl::Status NoReferenceSystem() {
  return absl::InvalidArgumentError(
      "the terrain has no coordinate reference system; assign one, e.g. with gdal_edit.py "
      "-a_srs EPSG:32648");
}

absl::StatusOr<CellProjector> CellProjector::Make(const geo::GridGeometry& geometry) {
  if (geometry.crs_wkt.empty()) return NoReferenceSystem();
  ASSIGN_OR_RETURN(geo::Projector projector, geo::Projector::Make("EPSG:4326", geometry.crs_wkt));
  ASSIGN_OR_RETURN(const geo::GridAffine affine, geo::GridAffine::Make(geometry.affine));
  return CellProjector(std::move(projector), affine);
}

std::optional<geo::CellPoint> CellProjector::ToCell(LonLat p) const {
  const absl::StatusOr<geo::MapPoint> m = projector_.Forward({p.lon_deg, p.lat_deg});
  if (!m.ok()) return std::nullopt;
  return affine_.ToCell({m->x, m->y});
}

}  // namespace citylayers::citypack
