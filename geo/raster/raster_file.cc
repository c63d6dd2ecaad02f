#include "geo/raster/raster_file.h"

#include <atomic>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal_priv.h>
#include <ogr_spatialref.h>

#include "base/status_macros.h"

namespace citylayers::geo {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

struct DatasetCloser {
  void operator()(GDALDataset* d) const { GDALClose(d); }
};
using DatasetPtr = std::unique_ptr<GDALDataset, DatasetCloser>;

void RegisterDrivers() {
  static std::once_flag once;
  std::call_once(once, [] { GDALAllRegister(); });
}

// Keeps GDAL's messages off stderr and stores the first of them for the error status.
class ErrorCollector {
 public:
  ErrorCollector() { CPLPushErrorHandlerEx(&ErrorCollector::Collect, this); }
  ~ErrorCollector() { CPLPopErrorHandler(); }
  ErrorCollector(const ErrorCollector&) = delete;
  ErrorCollector& operator=(const ErrorCollector&) = delete;

  std::string first() const { return first_.empty() ? "no reason given" : first_; }

 private:
  static void CPL_STDCALL Collect(CPLErr severity, CPLErrorNum, const char* message) {
    auto* self = static_cast<ErrorCollector*>(CPLGetErrorHandlerUserData());
    if (severity >= CE_Failure && self->first_.empty()) self->first_ = message;
  }

  std::string first_;
};

void AddTags(char** metadata, RasterTags& tags) {
  for (char** item = metadata; item != nullptr && *item != nullptr; ++item) {
    char* key = nullptr;
    const char* value = CPLParseNameValue(*item, &key);
    if (key != nullptr && value != nullptr) tags[key] = value;
    CPLFree(key);
  }
}

absl::Status Unreadable(const std::string& path, const std::string& why) {
  return absl::InvalidArgumentError(absl::StrCat("raster ", path, ": ", why));
}

// Sets masked cells to NaN, and undoes the band's scaling.
absl::Status ApplyMaskAndScale(const std::string& path, GDALRasterBand& band, double scale,
                               double offset, Grid<float>& values) {
  const int columns = values.columns(), rows = values.rows();
  const bool masked = (band.GetMaskFlags() & GMF_ALL_VALID) == 0;
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(columns), 255);
  for (int row = 0; row < rows; ++row) {
    if (masked && band.GetMaskBand()->RasterIO(GF_Read, 0, row, columns, 1, mask.data(), columns, 1,
                                               GDT_Byte, 0, 0, nullptr) != CE_None) {
      return Unreadable(path, absl::StrCat("the mask of row ", row, " is damaged"));
    }
    for (int column = 0; column < columns; ++column) {
      float& value = values.at(column, row);
      const bool known = mask[static_cast<std::size_t>(column)] != 0 && std::isfinite(value);
      value = known ? static_cast<float>(value * scale + offset) : kNaN;
    }
  }
  return absl::OkStatus();
}

// Reads the band's metadata on its values.
void DescribeBand(GDALRasterBand& band, Raster* raster) {
  raster->unit = band.GetUnitType();
  raster->scale = band.GetScale();
  raster->offset = band.GetOffset();
  raster->is_byte = band.GetRasterDataType() == GDT_Byte;
  switch (band.GetColorInterpretation()) {
    case GCI_Undefined:
    case GCI_GrayIndex:
      raster->is_picture = band.GetColorTable() != nullptr;
      break;
    default:
      raster->is_picture = true;
  }
}

// A file name in GDAL's memory file system that no other call uses.
std::string MemoryFileName() {
  static std::atomic<std::uint64_t> counter{0};
  return absl::StrCat("/vsimem/citylayers_", counter.fetch_add(1), ".tif");
}

template <typename T>
constexpr GDALDataType kGdalType = GDT_Unknown;
template <>
constexpr GDALDataType kGdalType<float> = GDT_Float32;
template <>
constexpr GDALDataType kGdalType<std::uint8_t> = GDT_Byte;

template <typename T>
absl::Status CheckWritable(const GridGeometry& geometry, const Grid<T>& values) {
  if (geometry.columns == values.columns() && geometry.rows == values.rows() && values.size() > 0) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "GeoTIFF: geometry of ", geometry.columns, " x ", geometry.rows, " cells, values of ",
      values.columns(), " x ", values.rows(), "; they must agree and not be empty"));
}

absl::Status SetGeometry(GDALDataset& dataset, const GridGeometry& geometry) {
  std::array<double, 6> affine = geometry.affine;
  dataset.SetGeoTransform(affine.data());
  if (geometry.crs_wkt.empty()) return absl::OkStatus();
  OGRSpatialReference crs;
  if (crs.SetFromUserInput(geometry.crs_wkt.c_str()) != OGRERR_NONE) {
    return absl::InvalidArgumentError(
        absl::StrCat("GeoTIFF: unknown reference system '", geometry.crs_wkt.substr(0, 60), "'"));
  }
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  dataset.SetSpatialRef(&crs);
  return absl::OkStatus();
}

template <typename T>
absl::Status Write(const std::string& path, const GridGeometry& geometry, const Grid<T>& values,
                   const GeoTiffOptions& options) {
  RETURN_IF_ERROR(CheckWritable(geometry, values));
  RegisterDrivers();
  ErrorCollector errors;
  CPLStringList creation;
  creation.SetNameValue("COMPRESS",
                        options.compression == GeoTiffCompression::kZstd ? "ZSTD" : "DEFLATE");
  creation.SetNameValue("TILED", "YES");
  creation.SetNameValue("PREDICTOR", std::is_same_v<T, float> ? "3" : "2");
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  const auto failed = [&] {
    return absl::InternalError(absl::StrCat("GeoTIFF ", path, ": cannot write: ", errors.first()));
  };
  DatasetPtr dataset(driver->Create(path.c_str(), values.columns(), values.rows(), 1, kGdalType<T>,
                                    creation.List()));
  if (dataset == nullptr) return failed();
  RETURN_IF_ERROR(SetGeometry(*dataset, geometry));
  for (const auto& [key, value] : options.tags) {
    dataset->SetMetadataItem(key.c_str(), value.c_str());
  }
  GDALRasterBand* band = dataset->GetRasterBand(1);
  if constexpr (std::is_same_v<T, float>) band->SetNoDataValue(std::nan(""));
  const CPLErr written = band->RasterIO(GF_Write, 0, 0, values.columns(), values.rows(),
                                        const_cast<T*>(values.cells().data()), values.columns(),
                                        values.rows(), kGdalType<T>, 0, 0, nullptr);
  if (written != CE_None) return failed();
  dataset->FlushCache(true);
  dataset.reset();
  // GDAL reports a full disk only through its error handler.
  return errors.first() == "no reason given" ? absl::OkStatus() : failed();
}

template <typename T>
absl::Status WriteFile(const std::string& path, const GridGeometry& geometry, const Grid<T>& values,
                       const GeoTiffOptions& options) {
  absl::Status status = Write(path, geometry, values, options);
  if (!status.ok()) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  return status;
}

template <typename T>
absl::StatusOr<std::string> Encode(const GridGeometry& geometry, const Grid<T>& values,
                                   const GeoTiffOptions& options) {
  const std::string name = MemoryFileName();
  const absl::Status status = Write(name, geometry, values, options);
  std::string bytes;
  vsi_l_offset size = 0;
  if (const GByte* data = VSIGetMemFileBuffer(name.c_str(), &size, FALSE)) {
    bytes.assign(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  }
  VSIUnlink(name.c_str());
  RETURN_IF_ERROR(status);
  return bytes;
}

}  // namespace

absl::StatusOr<Raster> ReadRaster(const std::string& path, const RasterReadOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return absl::NotFoundError(absl::StrCat("raster ", path, ": no such file"));
  }
  RegisterDrivers();
  ErrorCollector errors;
  const DatasetPtr dataset(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
  if (dataset == nullptr) return Unreadable(path, errors.first());
  if (options.band < 1 || options.band > dataset->GetRasterCount()) {
    return Unreadable(
        path, absl::StrCat("has no band ", options.band, ", only ", dataset->GetRasterCount()));
  }
  GDALRasterBand& band = *dataset->GetRasterBand(options.band);
  if (GDALDataTypeIsComplex(band.GetRasterDataType())) {
    return Unreadable(path, "holds complex numbers; a height or a mask is needed");
  }
  Raster raster;
  raster.geometry.columns = dataset->GetRasterXSize();
  raster.geometry.rows = dataset->GetRasterYSize();
  if (raster.geometry.cell_count() > options.max_cells) {
    return absl::ResourceExhaustedError(
        absl::StrCat("raster ", path, ": ", raster.geometry.cell_count(), " cells, at most ",
                     options.max_cells, " are allowed; cut it to the city first"));
  }
  dataset->GetGeoTransform(raster.geometry.affine.data());
  if (const OGRSpatialReference* crs = dataset->GetSpatialRef()) {
    char* wkt = nullptr;
    crs->exportToWkt(&wkt);
    if (wkt != nullptr) raster.geometry.crs_wkt = wkt;
    CPLFree(wkt);
  }
  DescribeBand(band, &raster);
  AddTags(dataset->GetMetadata(), raster.tags);
  AddTags(band.GetMetadata(), raster.tags);
  raster.values = Grid<float>(raster.geometry.columns, raster.geometry.rows);
  if (band.RasterIO(GF_Read, 0, 0, raster.geometry.columns, raster.geometry.rows,
                    raster.values.cells().data(), raster.geometry.columns, raster.geometry.rows,
                    GDT_Float32, 0, 0, nullptr) != CE_None) {
    return Unreadable(path, absl::StrCat("damaged: ", errors.first()));
  }
  const double scale = options.as_stored ? 1 : raster.scale;
  const double offset = options.as_stored ? 0 : raster.offset;
  RETURN_IF_ERROR(ApplyMaskAndScale(path, band, scale, offset, raster.values));
  return raster;
}

absl::Status WriteGeoTiff(const std::string& path, const GridGeometry& geometry,
                          const Grid<float>& values, const GeoTiffOptions& options) {
  return WriteFile(path, geometry, values, options);
}

absl::Status WriteGeoTiff(const std::string& path, const GridGeometry& geometry,
                          const Grid<std::uint8_t>& values, const GeoTiffOptions& options) {
  return WriteFile(path, geometry, values, options);
}

absl::StatusOr<std::string> EncodeGeoTiff(const GridGeometry& geometry, const Grid<float>& values,
                                          const GeoTiffOptions& options) {
  return Encode(geometry, values, options);
}

absl::StatusOr<std::string> EncodeGeoTiff(const GridGeometry& geometry,
                                          const Grid<std::uint8_t>& values,
                                          const GeoTiffOptions& options) {
  return Encode(geometry, values, options);
}

}  // namespace citylayers::geo
