#include "services/tools/citypack/boundary_file.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include <gdal_priv.h>
#include <ogrsf_frmts.h>
#include <sys/stat.h>

#include "base/status_macros.h"
#include "base/text.h"
#include "services/tools/citypack/line_merge.h"

namespace citylayers::citypack {
namespace {

constexpr int kBoundaryMinZoom = 10;
constexpr int kWardLabelMinZoom = 12;
constexpr std::int64_t kWardRank = 5;

struct FreeGeometry {
  void operator()(OGRGeometry* g) const { OGRGeometryFactory::destroyGeometry(g); }
};
using GeometryPtr = std::unique_ptr<OGRGeometry, FreeGeometry>;

// Suppresses GDAL's own messages: the errors returned here have the relevant text.
class QuietGdal {
 public:
  QuietGdal() { CPLPushErrorHandler(CPLQuietErrorHandler); }
  ~QuietGdal() { CPLPopErrorHandler(); }
  QuietGdal(const QuietGdal&) = delete;
  QuietGdal& operator=(const QuietGdal&) = delete;
};

std::string FirstField(const OGRFeature& feature, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const int i = feature.GetFieldIndex(name);
    if (i < 0 || !feature.IsFieldSetAndNotNull(i)) continue;
    const std::string value = const_cast<OGRFeature&>(feature).GetFieldAsString(i);
    if (!value.empty()) return value;
  }
  return "";
}

void AddRing(const OGRLinearRing& ring, Boundary* unit) {
  std::vector<LonLat>& line = unit->rings.emplace_back();
  for (int i = 0; i < ring.getNumPoints(); ++i) line.push_back({ring.getX(i), ring.getY(i)});
}

// Polygons of any nesting; lines and points that remain after a repair are skipped.
void AddPolygons(const OGRGeometry& geometry, Boundary* unit) {
  if (wkbFlatten(geometry.getGeometryType()) == wkbPolygon) {
    const OGRPolygon& polygon = *geometry.toPolygon();
    if (polygon.IsEmpty()) return;
    AddRing(*polygon.getExteriorRing(), unit);
    for (int i = 0; i < polygon.getNumInteriorRings(); ++i) {
      AddRing(*polygon.getInteriorRing(i), unit);
    }
  } else if (OGR_GT_IsSubClassOf(wkbFlatten(geometry.getGeometryType()), wkbGeometryCollection)) {
    for (const OGRGeometry* part : *geometry.toGeometryCollection()) AddPolygons(*part, unit);
  }
}

// A point inside the largest part, suitable for the name; computed by the library because the
// centre of a bent ward may lie in a neighbouring one.
std::optional<LonLat> LabelPoint(const OGRGeometry& geometry) {
  const OGRGeometry* largest = &geometry;
  if (OGR_GT_IsSubClassOf(wkbFlatten(geometry.getGeometryType()), wkbGeometryCollection)) {
    double most = -1;
    for (const OGRGeometry* part : *geometry.toGeometryCollection()) {
      if (wkbFlatten(part->getGeometryType()) != wkbPolygon) continue;
      const double area = part->toPolygon()->get_Area();
      if (area > most) {
        most = area;
        largest = part;
      }
    }
  }
  OGRPoint point;
  if (wkbFlatten(largest->getGeometryType()) != wkbPolygon) return std::nullopt;
  const std::unique_ptr<OGRGeometry, FreeGeometry> inside(OGRGeometry::FromHandle(
      OGR_G_PointOnSurface(OGRGeometry::ToHandle(const_cast<OGRGeometry*>(largest)))));
  if (inside == nullptr || wkbFlatten(inside->getGeometryType()) != wkbPoint) return std::nullopt;
  return LonLat{inside->toPoint()->getX(), inside->toPoint()->getY()};
}

bool IsOnEarth(const Boundary& unit) {
  for (const std::vector<LonLat>& ring : unit.rings) {
    for (const LonLat& p : ring) {
      if (!(std::abs(p.lon_deg) <= 180 && std::abs(p.lat_deg) <= 85)) return false;
    }
  }
  return !unit.rings.empty();
}

void TakeFeature(const OGRFeature& feature, Boundaries* out) {
  Boundary unit;
  unit.name_vi = CanonicalName(FirstField(feature, {"name_vi", "ten", "name"}));
  unit.name_en = CanonicalName(FirstField(feature, {"name_en", "nameEn", "en"}));
  const std::string called =
      unit.name_vi.empty() ? absl::StrCat("feature ", feature.GetFID()) : unit.name_vi;
  const OGRGeometry* geometry = feature.GetGeometryRef();
  GeometryPtr repaired;
  if (geometry != nullptr && !geometry->IsValid()) {
    repaired.reset(geometry->MakeValid());
    geometry = repaired.get();
    if (geometry != nullptr) {
      out->warnings.push_back(absl::StrCat("boundary \"", called, "\" crosses itself: repaired"));
    }
  }
  std::optional<LonLat> label;
  if (geometry != nullptr) {
    AddPolygons(*geometry, &unit);
    label = LabelPoint(*geometry);
  }
  if (!label || !IsOnEarth(unit)) {
    out->warnings.push_back(absl::StrCat(
        "boundary \"", called, "\" has no usable polygon in longitude and latitude: left out"));
    return;
  }
  unit.label = *label;
  out->units.push_back(std::move(unit));
}

std::uint64_t PointKey(LonLat p) {
  const auto pack = [](double deg) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(std::lround(deg * 1e6)));
  };
  return pack(p.lon_deg) << 32 | pack(p.lat_deg);
}

}  // namespace

absl::StatusOr<Boundaries> ReadBoundaries(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot read the boundaries ", path));
  }
  GDALAllRegister();
  const QuietGdal quiet;
  const std::string source =
      path.size() > 3 && path.substr(path.size() - 3) == ".gz" ? "/vsigzip/" + path : path;
  const char* const drivers[] = {"GeoJSON", nullptr};
  const std::unique_ptr<GDALDataset> data(GDALDataset::Open(
      source.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY, const_cast<char**>(drivers)));
  if (data == nullptr || data->GetLayerCount() == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is not GeoJSON (", CPLGetLastErrorMsg(),
                     "); boundaries must be .geojson, also with .gz"));
  }
  Boundaries out;
  for (const OGRFeatureUniquePtr& feature : *data->GetLayer(0)) TakeFeature(*feature, &out);
  if (out.units.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, " has no usable polygon"));
  }
  return out;
}

absl::Status AddBoundaries(const std::vector<Boundary>& units, BaseMap* map) {
  std::vector<LinePiece> edges;
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  for (const Boundary& unit : units) {
    for (const std::vector<LonLat>& ring : unit.rings) {
      for (std::size_t i = 1; i < ring.size(); ++i) {
        const std::uint64_t a = PointKey(ring[i - 1]), b = PointKey(ring[i]);
        if (a == b || !seen.emplace(std::min(a, b), std::max(a, b)).second) continue;
        edges.push_back({a, b, {ring[i - 1], ring[i]}});
      }
    }
  }
  for (const std::vector<LonLat>& line : MergeLines(edges)) {
    RETURN_IF_ERROR(map->AddLine(BaseLayer::kBoundary, line, {{"kind", std::string("ward")}},
                                 kBoundaryMinZoom));
  }
  for (const Boundary& unit : units) {
    if (unit.name_vi.empty()) continue;
    RETURN_IF_ERROR(map->AddPoint(BaseLayer::kPlace, unit.label,
                                  {{"kind", std::string("ward")},
                                   {"name", unit.name_vi},
                                   {"name_en", unit.name_en},
                                   {"rank", kWardRank}},
                                  kWardLabelMinZoom));
  }
  return absl::OkStatus();
}

}  // namespace citylayers::citypack
