#include "geo/raster/elevation.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::geo {
namespace {

constexpr double kFootM = 0.3048;
constexpr double kSurveyFootM = 1200.0 / 3937;

constexpr std::pair<std::string_view, double> kUnits[] = {{"m", 1},
                                                          {"metre", 1},
                                                          {"metres", 1},
                                                          {"meter", 1},
                                                          {"meters", 1},
                                                          {"cm", 0.01},
                                                          {"centimetre", 0.01},
                                                          {"centimetres", 0.01},
                                                          {"centimeter", 0.01},
                                                          {"centimeters", 0.01},
                                                          {"dm", 0.1},
                                                          {"decimetre", 0.1},
                                                          {"decimeter", 0.1},
                                                          {"mm", 0.001},
                                                          {"millimetre", 0.001},
                                                          {"millimeter", 0.001},
                                                          {"ft", kFootM},
                                                          {"foot", kFootM},
                                                          {"feet", kFootM},
                                                          {"international foot", kFootM},
                                                          {"us-ft", kSurveyFootM},
                                                          {"ftus", kSurveyFootM},
                                                          {"us survey foot", kSurveyFootM},
                                                          {"us survey feet", kSurveyFootM},
                                                          {"foot_us", kSurveyFootM},
                                                          {"us foot", kSurveyFootM}};

absl::Status Refusal(std::string_view what, std::string_view why) {
  return absl::InvalidArgumentError(StrCat("the DEM ", what, ": ", why));
}

absl::StatusOr<double> UnitOf(const Raster& stored, std::string_view what,
                              const ElevationOptions& options) {
  const std::optional<double> unit_m = MetresInUnit(stored.unit);
  if (!unit_m) {
    return Refusal(what, StrCat("its unit is \"", stored.unit,
                                "\"; heights must be in m, dm, cm, mm, ft or US survey ft: convert "
                                "them, or correct the unit with gdal_edit.py"));
  }
  if (!options.height_system_unit_m) return *unit_m;
  constexpr double kSame = 1e-9;
  if (!stored.unit.empty() && std::abs(*unit_m - *options.height_system_unit_m) > kSame) {
    return Refusal(what, StrCat("its unit is \"", stored.unit, "\", but a unit of its vertical ",
                                "reference system has ", *options.height_system_unit_m,
                                " m; correct one of them with gdal_edit.py"));
  }
  return *options.height_system_unit_m;
}

}  // namespace

std::optional<double> MetresInUnit(std::string_view unit) {
  std::string word(absl::StripAsciiWhitespace(ToAbsl(unit)));
  absl::AsciiStrToLower(&word);
  if (word.empty()) return 1;
  for (const auto& [name, metres] : kUnits) {
    if (word == name) return metres;
  }
  return std::nullopt;
}

absl::StatusOr<Elevation> MakeElevation(Raster stored, std::string_view what,
                                        const ElevationOptions& options) {
  if (stored.is_picture) {
    return Refusal(what,
                   "it holds colours, not heights (a picture, a hillshade, or heights coded in "
                   "colours); give the raster that it was made from");
  }
  if (stored.is_byte && stored.scale == 1) {
    return Refusal(what,
                   "its values are whole numbers of 8 bits, as of a hillshade or a map of classes; "
                   "if they are metres, convert it with gdal_translate -ot Float32");
  }
  Elevation out;
  ASSIGN_OR_RETURN(out.unit_m, UnitOf(stored, what, options));
  Grid<float>& cells = stored.values;
  out.void_values = ClearVoidValues(&cells);
  for (float& cell : cells.cells()) {
    cell = static_cast<float>((cell * stored.scale + stored.offset) * out.unit_m);
  }
  out.impossible_cells = ClearImpossibleHeights(&cells);
  out.spike_cells = ClearSpikes(options.spike_m, &cells);
  if (std::all_of(cells.cells().begin(), cells.cells().end(),
                  [](float height_m) { return std::isnan(height_m); })) {
    return Refusal(what, "no cell of it holds a height");
  }
  out.raster = std::move(stored);
  return out;
}

}  // namespace citylayers::geo
