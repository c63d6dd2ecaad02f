#include "samples/saigon/utm.h"

#include <array>
#include <cmath>
#include <numbers>

namespace citylayers::saigon {
namespace {

// L. Krüger, Konforme Abbildung des Erdellipsoids in der Ebene (1912), series in the third
// flattening n, truncated after n^3: the next term is below 0.1 mm.
constexpr double kSemiMajorM = 6'378'137.0;
constexpr double kFlattening = 1 / 298.257223563;
constexpr double kScale = 0.9996;
constexpr double kFalseEastingM = 500'000;
constexpr double kCentralMeridianDeg = 105;
constexpr double kN = kFlattening / (2 - kFlattening);
constexpr double kRectifyingM = kSemiMajorM / (1 + kN) * (1 + kN * kN / 4 + kN * kN * kN * kN / 64);
// Each term stands in parentheses: without them clang-format reads a product as a pointer.
constexpr std::array<double, 3> kForward = {
    (kN / 2 - 2 * kN * kN / 3 + 5 * kN * kN * kN / 16),
    (13 * kN * kN / 48 - 3 * kN * kN * kN / 5),
    (61 * kN * kN * kN / 240),
};
constexpr std::array<double, 3> kBack = {
    (kN / 2 - 2 * kN * kN / 3 + 37 * kN * kN * kN / 96),
    (kN * kN / 48 + kN * kN * kN / 15),
    (17 * kN * kN * kN / 480),
};
constexpr std::array<double, 3> kLatitude = {
    (2 * kN - 2 * kN * kN / 3 - 2 * kN * kN * kN),
    (7 * kN * kN / 3 - 8 * kN * kN * kN / 5),
    (56 * kN * kN * kN / 15),
};
constexpr double kDegree = std::numbers::pi / 180;

}  // namespace

const char kUtm48Wkt[] =
    "PROJCS[\"WGS 84 / UTM zone 48N\",GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\","
    "SPHEROID[\"WGS 84\",6378137,298.257223563,AUTHORITY[\"EPSG\",\"7030\"]],"
    "AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\",\"8901\"]],"
    "UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]],"
    "AUTHORITY[\"EPSG\",\"4326\"]],PROJECTION[\"Transverse_Mercator\"],"
    "PARAMETER[\"latitude_of_origin\",0],PARAMETER[\"central_meridian\",105],"
    "PARAMETER[\"scale_factor\",0.9996],PARAMETER[\"false_easting\",500000],"
    "PARAMETER[\"false_northing\",0],UNIT[\"metre\",1,AUTHORITY[\"EPSG\",\"9001\"]],"
    "AXIS[\"Easting\",EAST],AXIS[\"Northing\",NORTH],AUTHORITY[\"EPSG\",\"32648\"]]";

Point ToUtm48(LonLat p) {
  const double latitude = p.lat_deg * kDegree;
  const double longitude = (p.lon_deg - kCentralMeridianDeg) * kDegree;
  const double root = 2 * std::sqrt(kN) / (1 + kN);
  const double sine = std::sin(latitude);
  const double t = std::sinh(std::atanh(sine) - root * std::atanh(root * sine));
  const double xi = std::atan2(t, std::cos(longitude));
  const double eta = std::asinh(std::sin(longitude) / std::hypot(t, std::cos(longitude)));
  double x = eta, y = xi;
  for (int j = 1; j <= 3; ++j) {
    const double a = kForward[static_cast<std::size_t>(j - 1)];
    x += a * std::cos(2 * j * xi) * std::sinh(2 * j * eta);
    y += a * std::sin(2 * j * xi) * std::cosh(2 * j * eta);
  }
  return {kFalseEastingM + kScale * kRectifyingM * x, kScale * kRectifyingM * y};
}

LonLat FromUtm48(Point utm) {
  const double xi = utm.y / (kScale * kRectifyingM);
  const double eta = (utm.x - kFalseEastingM) / (kScale * kRectifyingM);
  double xi0 = xi, eta0 = eta;
  for (int j = 1; j <= 3; ++j) {
    const double b = kBack[static_cast<std::size_t>(j - 1)];
    xi0 -= b * std::sin(2 * j * xi) * std::cosh(2 * j * eta);
    eta0 -= b * std::cos(2 * j * xi) * std::sinh(2 * j * eta);
  }
  const double conformal = std::asin(std::sin(xi0) / std::cosh(eta0));
  double latitude = conformal;
  for (int j = 1; j <= 3; ++j) {
    latitude += kLatitude[static_cast<std::size_t>(j - 1)] * std::sin(2 * j * conformal);
  }
  const double longitude = std::atan2(std::sinh(eta0), std::cos(xi0));
  return {kCentralMeridianDeg + longitude / kDegree, latitude / kDegree};
}

}  // namespace citylayers::saigon
