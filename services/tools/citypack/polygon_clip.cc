#include "services/tools/citypack/polygon_clip.h"

#include <utility>

#include <geos_c.h>

#include "base/status_macros.h"

namespace citylayers::citypack {
namespace {

constexpr double kGrid = 1;  // whole tile units

struct ContextDeleter {
  void operator()(GEOSContextHandle_t context) const { GEOS_finish_r(context); }
};
using ContextPtr = std::unique_ptr<std::remove_pointer_t<GEOSContextHandle_t>, ContextDeleter>;

struct GeometryDeleter {
  GEOSContextHandle_t context;
  void operator()(GEOSGeometry* geometry) const { GEOSGeom_destroy_r(context, geometry); }
};
using GeometryPtr = std::unique_ptr<GEOSGeometry, GeometryDeleter>;

absl::Status GaveUp() {
  return absl::InternalError("GEOS cannot cut a polygon of the base map into tiles");
}

// Null: GEOS is out of memory, or the ring has fewer than three corners.
GEOSGeometry* MakeRing(GEOSContextHandle_t context, const geo::TileLine& ring) {
  const auto size = static_cast<unsigned>(ring.size());
  GEOSCoordSequence* corners = GEOSCoordSeq_create_r(context, size + 1, 2);
  if (corners == nullptr) return nullptr;
  for (unsigned i = 0; i <= size; ++i) {
    const geo::TilePoint& p = ring[i % size];
    GEOSCoordSeq_setXY_r(context, corners, i, p.x, p.y);
  }
  return GEOSGeom_createLinearRing_r(context, corners);  // takes ownership of the corners
}

geo::TileLine TakeRing(GEOSContextHandle_t context, const GEOSGeometry* ring) {
  geo::TileLine line;
  const GEOSCoordSequence* corners = GEOSGeom_getCoordSeq_r(context, ring);
  unsigned size = 0;
  if (corners == nullptr || GEOSCoordSeq_getSize_r(context, corners, &size) == 0) return line;
  for (unsigned i = 0; i + 1 < size; ++i) {  // the last one repeats the first
    geo::TilePoint& p = line.emplace_back();
    GEOSCoordSeq_getXY_r(context, corners, i, &p.x, &p.y);
  }
  return line;
}

// Polygons of any nesting; lines and points, where the polygon only touches the box, have no area
// and are left out.
void TakePolygons(GEOSContextHandle_t context, const GEOSGeometry* geometry,
                  std::vector<geo::TilePolygon>* out) {
  if (GEOSGeomTypeId_r(context, geometry) == GEOS_POLYGON) {
    if (GEOSisEmpty_r(context, geometry) != 0) return;
    geo::TilePolygon& polygon = out->emplace_back();
    polygon.rings.push_back(TakeRing(context, GEOSGetExteriorRing_r(context, geometry)));
    const int holes = GEOSGetNumInteriorRings_r(context, geometry);
    for (int i = 0; i < holes; ++i) {
      polygon.rings.push_back(TakeRing(context, GEOSGetInteriorRingN_r(context, geometry, i)));
    }
    return;
  }
  if (GEOSGeomTypeId_r(context, geometry) < GEOS_MULTIPOINT) return;
  const int parts = GEOSGetNumGeometries_r(context, geometry);
  for (int i = 0; i < parts; ++i) {
    TakePolygons(context, GEOSGetGeometryN_r(context, geometry, i), out);
  }
}

}  // namespace

struct PolygonClip::Impl {
  ContextPtr context;  // declared first, destroyed last: the geometry depends on it
  GeometryPtr whole{nullptr, {nullptr}};

  GeometryPtr Own(GEOSGeometry* geometry) const {
    return GeometryPtr(geometry, GeometryDeleter{context.get()});
  }
  // The outside minus each hole: correct also for a hole that crosses the outside or another hole.
  GeometryPtr Area(const geo::TilePolygon& polygon) const {
    GeometryPtr area = Own(nullptr);
    for (const geo::TileLine& ring : polygon.rings) {
      if (ring.size() < 3) continue;
      GeometryPtr piece =
          Own(GEOSGeom_createPolygon_r(context.get(), MakeRing(context.get(), ring), nullptr, 0));
      if (piece != nullptr) piece = Own(GEOSMakeValid_r(context.get(), piece.get()));
      if (piece != nullptr)
        piece = Own(GEOSGeom_setPrecision_r(context.get(), piece.get(), kGrid, 0));
      if (piece == nullptr) return piece;
      area = area == nullptr
                 ? std::move(piece)
                 : Own(GEOSDifferencePrec_r(context.get(), area.get(), piece.get(), kGrid));
      if (area == nullptr) return area;
    }
    return area != nullptr ? std::move(area) : Own(GEOSGeom_createEmptyPolygon_r(context.get()));
  }
};

PolygonClip::PolygonClip(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PolygonClip::PolygonClip(PolygonClip&&) noexcept = default;
PolygonClip& PolygonClip::operator=(PolygonClip&&) noexcept = default;
PolygonClip::~PolygonClip() = default;

absl::StatusOr<PolygonClip> PolygonClip::Make(const geo::TilePolygon& polygon) {
  auto impl = std::make_unique<Impl>();
  impl->context.reset(GEOS_init_r());  // without a handler GEOS prints nothing
  if (impl->context == nullptr) return GaveUp();
  impl->whole = impl->Area(polygon);
  if (impl->whole == nullptr) return GaveUp();
  return PolygonClip(std::move(impl));
}

absl::StatusOr<std::vector<geo::TilePolygon>> PolygonClip::In(const geo::TileBox& box) const {
  GEOSContextHandle_t context = impl_->context.get();
  const GeometryPtr square =
      impl_->Own(GEOSGeom_createRectangle_r(context, box.min_x, box.min_y, box.max_x, box.max_y));
  if (square == nullptr) return GaveUp();
  const GeometryPtr inside =
      impl_->Own(GEOSIntersectionPrec_r(context, impl_->whole.get(), square.get(), kGrid));
  if (inside == nullptr) return GaveUp();
  std::vector<geo::TilePolygon> polygons;
  TakePolygons(context, inside.get(), &polygons);
  return polygons;
}

}  // namespace citylayers::citypack
