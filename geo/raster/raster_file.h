// Raster files: reads any format of GDAL, writes GeoTIFF.
#ifndef CITYLAYERS_GEO_RASTER_RASTER_FILE_H_
#define CITYLAYERS_GEO_RASTER_RASTER_FILE_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "geo/raster/grid.h"

namespace citylayers::geo {

/// Names of the file tags for the vertical datum of the heights (see vertical_datum.h), for the
/// offset that was already added to reach it, and for synthetic terrain.
inline constexpr char kTagVerticalDatum[] = "CITYLAYERS_VERTICAL_DATUM";
inline constexpr char kTagOffsetM[] = "CITYLAYERS_OFFSET_M";
inline constexpr char kTagSynthetic[] = "CITYLAYERS_SYNTHETIC";

/// File tags by name. Ordered, so that equal tags give equal files.
using RasterTags = std::map<std::string, std::string>;

/// One band of a file, in memory.
struct Raster {
  GridGeometry geometry;
  Grid<float> values;  // NaN where the file has no data
  RasterTags tags;     // the file's and the band's metadata; those of the band take precedence
  std::string unit;    // unit of the values as named in the file ("m", "ft"); empty: none
  double scale = 1;    // value = scale * stored + offset
  double offset = 0;
  bool is_picture = false;  // colours: red, green, blue or a palette
  bool is_byte = false;     // stored in 8 bits
};

struct RasterReadOptions {
  int band = 1;
  std::size_t max_cells = 400'000'000;  // 1.6 GB of values
  bool as_stored = false;               // leaves scale and offset to the caller
};

/// Reads one band. No-data values, masked cells and values that are not finite become NaN; the
/// band's scale and offset are applied unless as_stored. Local files only. Thread-safe.
///   NOT_FOUND: no such file. INVALID_ARGUMENT: not a raster, no such band, complex values, damaged
///   data. RESOURCE_EXHAUSTED: more cells than max_cells. Messages name the file.
absl::StatusOr<Raster> ReadRaster(const std::string& path, const RasterReadOptions& options = {});

enum class GeoTiffCompression : std::uint8_t { kDeflate, kZstd };

struct GeoTiffOptions {
  GeoTiffCompression compression = GeoTiffCompression::kDeflate;
  RasterTags tags;
};

/// Writes a tiled GeoTIFF: float32 with NaN as no-data, or bytes. An existing file is
/// replaced; a failed write leaves no file. INVALID_ARGUMENT: geometry and values differ in
/// size, an empty grid, or an unknown reference system. INTERNAL: the file cannot be written
/// (disk full, directory missing).
absl::Status WriteGeoTiff(const std::string& path, const GridGeometry& geometry,
                          const Grid<float>& values, const GeoTiffOptions& options = {});
absl::Status WriteGeoTiff(const std::string& path, const GridGeometry& geometry,
                          const Grid<std::uint8_t>& values, const GeoTiffOptions& options = {});

/// Returns the bytes of the same file.
absl::StatusOr<std::string> EncodeGeoTiff(const GridGeometry& geometry, const Grid<float>& values,
                                          const GeoTiffOptions& options = {});
absl::StatusOr<std::string> EncodeGeoTiff(const GridGeometry& geometry,
                                          const Grid<std::uint8_t>& values,
                                          const GeoTiffOptions& options = {});

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_RASTER_RASTER_FILE_H_
