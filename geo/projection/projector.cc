#include "geo/projection/projector.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include <proj.h>

#include "base/status_macros.h"
#include "geo/projection/proj_objects.h"

namespace citylayers::geo {
namespace {

// The horizontal part of a compound system: with heights every transformation from two dimensions
// would be ballpark only.
ProjPtr Horizontal(PJ_CONTEXT* context, ProjPtr crs) {
  if (proj_get_type(crs.get()) != PJ_TYPE_COMPOUND_CRS) return crs;
  PJ* flat = proj_crs_get_sub_crs(context, crs.get(), 0);
  return flat != nullptr ? ProjPtr(flat) : std::move(crs);
}

absl::StatusOr<MapPoint> Transform(PJ* pj, PJ_DIRECTION direction, MapPoint p) {
  proj_errno_reset(pj);
  const PJ_COORD out = proj_trans(pj, direction, proj_coord(p.x, p.y, 0, HUGE_VAL));
  if (!std::isfinite(out.xy.x) || !std::isfinite(out.xy.y)) {
    return absl::OutOfRangeError(
        absl::StrCat("point (", p.x, ", ", p.y, ") has no image in the other reference system"));
  }
  return MapPoint{out.xy.x, out.xy.y};
}

}  // namespace

struct Projector::Impl {
  ProjContextPtr context;  // declared first, destroyed last: the transformation refers to it
  ProjPtr transformation;
};

Projector::Projector(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Projector::Projector(Projector&&) noexcept = default;
Projector& Projector::operator=(Projector&&) noexcept = default;
Projector::~Projector() = default;

absl::StatusOr<Projector> Projector::Make(const std::string& from_crs, const std::string& to_crs) {
  auto impl = std::make_unique<Impl>();
  impl->context = MakeProjContext();
  PJ_CONTEXT* context = impl->context.get();
  ASSIGN_OR_RETURN(ProjPtr from, MakeProjCrs(context, from_crs));
  ASSIGN_OR_RETURN(ProjPtr to, MakeProjCrs(context, to_crs));
  from = Horizontal(context, std::move(from));
  to = Horizontal(context, std::move(to));
  const ProjPtr raw(
      proj_create_crs_to_crs_from_pj(context, from.get(), to.get(), nullptr, nullptr));
  if (raw == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("no way from '", ShortCrs(from_crs), "' to '",
                                                   ShortCrs(to_crs),
                                                   "': ", LastProjError(context)));
  }
  impl->transformation.reset(proj_normalize_for_visualization(context, raw.get()));
  if (impl->transformation == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("cannot order the axes from '",
                                                   ShortCrs(from_crs), "' to '", ShortCrs(to_crs),
                                                   "': ", LastProjError(context)));
  }
  return Projector(std::move(impl));
}

absl::StatusOr<MapPoint> Projector::Forward(MapPoint p) const {
  return Transform(impl_->transformation.get(), PJ_FWD, p);
}

absl::StatusOr<MapPoint> Projector::Inverse(MapPoint p) const {
  return Transform(impl_->transformation.get(), PJ_INV, p);
}

absl::StatusOr<bool> Projector::IsGuessAt(MapPoint p) const {
  RETURN_IF_ERROR(Inverse(p).status());
  const ProjPtr used(proj_trans_get_last_used_operation(impl_->transformation.get()));
  return used != nullptr &&
         proj_coordoperation_has_ballpark_transformation(impl_->context.get(), used.get()) != 0;
}

}  // namespace citylayers::geo
