#include "geo/projection/projector.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include <proj.h>

namespace citylayers::geo {
namespace {

struct ContextDeleter {
  void operator()(PJ_CONTEXT* c) const { proj_context_destroy(c); }
};
struct PjDeleter {
  void operator()(PJ* p) const { proj_destroy(p); }
};
using ContextPtr = std::unique_ptr<PJ_CONTEXT, ContextDeleter>;
using PjPtr = std::unique_ptr<PJ, PjDeleter>;

std::string LastError(PJ_CONTEXT* context) {
  const int code = proj_context_errno(context);
  if (code == 0) return "not a coordinate reference system";
  const char* text = proj_context_errno_string(context, code);
  return text != nullptr ? text : "unknown error";
}

// A WKT runs over pages; an error message needs its beginning only.
std::string Shorten(const std::string& crs) {
  constexpr std::size_t kShown = 60;
  return crs.size() <= kShown ? crs : absl::StrCat(crs.substr(0, kShown), "...");
}

absl::StatusOr<PjPtr> MakeCrs(PJ_CONTEXT* context, const std::string& crs) {
  PjPtr pj(proj_create(context, crs.c_str()));
  if (pj == nullptr || !proj_is_crs(pj.get())) {
    return absl::InvalidArgumentError(
        absl::StrCat("coordinate reference system '", Shorten(crs), "': ", LastError(context),
                     "; use an EPSG code such as EPSG:32648, WKT or a PROJ string"));
  }
  return pj;
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
  ContextPtr context;  // first in, last out: the transformation lives in it
  PjPtr transformation;
};

Projector::Projector(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Projector::Projector(Projector&&) noexcept = default;
Projector& Projector::operator=(Projector&&) noexcept = default;
Projector::~Projector() = default;

absl::StatusOr<Projector> Projector::Make(const std::string& from_crs, const std::string& to_crs) {
  auto impl = std::make_unique<Impl>();
  impl->context.reset(proj_context_create());
  PJ_CONTEXT* context = impl->context.get();
  proj_log_level(context, PJ_LOG_NONE);  // errors are returned, not printed
  proj_context_set_enable_network(context, 0);
  absl::StatusOr<PjPtr> from = MakeCrs(context, from_crs);
  if (!from.ok()) return from.status();
  absl::StatusOr<PjPtr> to = MakeCrs(context, to_crs);
  if (!to.ok()) return to.status();
  const PjPtr raw(
      proj_create_crs_to_crs_from_pj(context, from->get(), to->get(), nullptr, nullptr));
  if (raw == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("no way from '", Shorten(from_crs), "' to '",
                                                   Shorten(to_crs), "': ", LastError(context)));
  }
  impl->transformation.reset(proj_normalize_for_visualization(context, raw.get()));
  if (impl->transformation == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("cannot order the axes from '",
                                                   Shorten(from_crs), "' to '", Shorten(to_crs),
                                                   "': ", LastError(context)));
  }
  return Projector(std::move(impl));
}

absl::StatusOr<MapPoint> Projector::Forward(MapPoint p) const {
  return Transform(impl_->transformation.get(), PJ_FWD, p);
}

absl::StatusOr<MapPoint> Projector::Inverse(MapPoint p) const {
  return Transform(impl_->transformation.get(), PJ_INV, p);
}

}  // namespace citylayers::geo
