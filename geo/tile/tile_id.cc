#include "geo/tile/tile_id.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

#include "geo/projection/web_mercator.h"
#include "geo/tile/hilbert.h"

namespace citylayers::geo {
namespace {

// Number of tiles of all zooms below z: 1 + 4 + ... + 4^(z-1).
constexpr std::uint64_t TilesBelowZoom(int z) { return ((std::uint64_t{1} << (2 * z)) - 1) / 3; }

absl::Status CheckZoom(std::int64_t z) {
  if (z >= 0 && z <= TileId::kMaxZoom) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("tile zoom ", z, " is out of range; use 0..", TileId::kMaxZoom));
}

}  // namespace

absl::StatusOr<TileId> TileId::Make(std::int64_t z, std::int64_t x, std::int64_t y) {
  if (absl::Status status = CheckZoom(z); !status.ok()) return status;
  const std::int64_t last = (std::int64_t{1} << z) - 1;
  if (x < 0 || x > last || y < 0 || y > last) {
    const bool bad_x = x < 0 || x > last;
    return absl::InvalidArgumentError(absl::StrCat("tile ", z, "/", x, "/", y, ": ",
                                                   bad_x ? "x" : "y", " is out of range; at zoom ",
                                                   z, " it must be 0..", last));
  }
  return TileId(static_cast<int>(z), static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y));
}

absl::StatusOr<TileId> TileId::FromLonLat(LonLat p, int z) {
  if (absl::Status status = CheckZoom(z); !status.ok()) return status;
  // Written so that NaN is refused as well.
  if (!(p.lon_deg >= -180 && p.lon_deg <= 180)) {
    return absl::InvalidArgumentError(
        absl::StrCat("longitude ", p.lon_deg, " is out of range; use -180..180 degrees"));
  }
  if (!(std::abs(p.lat_deg) <= kMaxMercatorLatDeg)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "latitude ", p.lat_deg, " has no tile; use -85.0511..85.0511 degrees (Web Mercator)"));
  }
  const WorldPoint w = WorldFromLonLat(p);
  const double scale = std::ldexp(1.0, z);
  const double last = scale - 1;
  const auto column = static_cast<std::uint32_t>(std::clamp(std::floor(w.x * scale), 0.0, last));
  const auto row = static_cast<std::uint32_t>(std::clamp(std::floor(w.y * scale), 0.0, last));
  return TileId(z, column, row);
}

absl::StatusOr<TileId> TileId::FromKey(std::uint64_t key) {
  for (int z = 0; z <= kMaxZoom; ++z) {
    if (key >= TilesBelowZoom(z + 1)) continue;
    const HilbertCell cell = HilbertCellAt(z, key - TilesBelowZoom(z));
    return TileId(z, cell.x, cell.y);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("tile key ", key, " is beyond the last tile of zoom ", kMaxZoom));
}

TileId TileId::Parent() const { return z_ == 0 ? *this : TileId(z_ - 1, x_ / 2, y_ / 2); }

bool TileId::Contains(TileId other) const {
  if (other.z_ < z_) return false;
  const int down = other.z_ - z_;
  return (other.x_ >> down) == x_ && (other.y_ >> down) == y_;
}

LonLatBox TileId::Bounds() const {
  const double size = std::ldexp(1.0, -z_);
  const LonLat north_west = LonLatFromWorld({x_ * size, y_ * size});
  const LonLat south_east = LonLatFromWorld({(x_ + 1) * size, (y_ + 1) * size});
  return {north_west.lon_deg, south_east.lat_deg, south_east.lon_deg, north_west.lat_deg};
}

std::uint64_t TileId::Key() const { return TilesBelowZoom(z_) + HilbertIndex(z_, {x_, y_}); }

std::string TileId::ToString() const { return absl::StrCat(z_, "/", x_, "/", y_); }

}  // namespace citylayers::geo
