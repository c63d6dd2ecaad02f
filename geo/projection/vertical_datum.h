// The vertical datums of terrain models, and their offsets to heights over Hon Dau, the datum used
// by this system.
#ifndef CITYLAYERS_GEO_PROJECTION_VERTICAL_DATUM_H_
#define CITYLAYERS_GEO_PROJECTION_VERTICAL_DATUM_H_

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"

namespace citylayers::geo {

enum class VerticalDatum {
  kHonDau,   // "hondau": Vietnam's levelling datum, zero at the Hon Dau tide gauge
  kEgm2008,  // "egm2008": geoid of most recent global models (GLO-30, FABDEM, DeltaDTM)
  kEgm96,    // "egm96": geoid of older ones (SRTM)
  kLocal,    // "local": the zero of a city or project, at an offset that its owner must state
};

/// The datum's name as written in flags and manifests.
std::string_view VerticalDatumName(VerticalDatum datum);

/// The datum with a name (case-insensitive). INVALID_ARGUMENT: an empty or unknown name; the
/// message lists the names and suggests the nearest one.
absl::StatusOr<VerticalDatum> ParseVerticalDatum(std::string_view name);

/// Offset of EGM2008 heights to Hon Dau near Ho Chi Minh City: the VIGAC2014 quasigeoid is EGM2008
/// raised by 0.86 m so that it is zero at Hon Dau (International Service for the Geoid, Vietnam
/// VIGAC2014). EGM2008 differs from levelling in Vietnam by 0.3 m (one standard deviation, 812
/// points of Vu 2019); a city's own benchmarks are better.
inline constexpr double kEgm2008ToHonDauM = -0.86;

/// Maximum plausible offset; a larger one is considered a mistake of unit or sign.
inline constexpr double kMaxDatumOffsetM = 100;

/// Metres to add to a height in `datum` to get a height over Hon Dau. A given offset overrides the
/// default. Defaults: hondau 0, egm2008 kEgm2008ToHonDauM; egm96 and local have none, because EGM96
/// differs from EGM2008 by decimetres that vary from place to place.
///   INVALID_ARGUMENT: egm96 or local without an offset, hondau with one that is not zero, or an
///   offset that is not finite or beyond +-kMaxDatumOffsetM.
absl::StatusOr<double> OffsetToHonDauM(VerticalDatum datum,
                                       std::optional<double> given_offset_m = std::nullopt);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_PROJECTION_VERTICAL_DATUM_H_
