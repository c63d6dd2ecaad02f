#include "geo/projection/height_system.h"

#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "geo/projection/proj_objects.h"

namespace citylayers::geo {
namespace {

// Returns the system without a transformation to WGS 84 that may be bound to it.
ProjPtr Unbound(PJ_CONTEXT* context, ProjPtr crs) {
  if (proj_get_type(crs.get()) != PJ_TYPE_BOUND_CRS) return crs;
  return ProjPtr(proj_get_source_crs(context, crs.get()));
}

std::optional<VerticalDatum> KnownDatum(const std::string& name) {
  constexpr std::pair<const char*, VerticalDatum> kWords[] = {
      {"egm2008", VerticalDatum::kEgm2008},  {"egm08", VerticalDatum::kEgm2008},
      {"egm 2008", VerticalDatum::kEgm2008}, {"egm96", VerticalDatum::kEgm96},
      {"egm1996", VerticalDatum::kEgm96},    {"hon dau", VerticalDatum::kHonDau},
      {"hondau", VerticalDatum::kHonDau}};
  const std::string lower = absl::AsciiStrToLower(name);
  for (const auto& [word, datum] : kWords) {
    if (absl::StrContains(lower, word)) return datum;
  }
  return std::nullopt;
}

// Reads one axis of a system and sets the heights if it is vertical.
void ReadAxis(PJ_CONTEXT* context, const PJ* crs, int axis, HeightSystem* heights) {
  const ProjPtr system(proj_crs_get_coordinate_system(context, crs));
  if (system == nullptr) return;
  const char* direction = nullptr;
  double unit_m = 1;
  if (proj_cs_get_axis_info(context, system.get(), axis, nullptr, nullptr, &direction, &unit_m,
                            nullptr, nullptr, nullptr) == 0) {
    return;
  }
  heights->unit_m = unit_m;
  heights->is_depth = direction != nullptr && std::string_view(direction) == "down";
}

}  // namespace

absl::StatusOr<std::optional<HeightSystem>> HeightSystemOf(const std::string& crs_text) {
  const ProjContextPtr context = MakeProjContext();
  ASSIGN_OR_RETURN(ProjPtr crs, MakeProjCrs(context.get(), crs_text));
  crs = Unbound(context.get(), std::move(crs));
  HeightSystem heights;
  int axis = 0;
  if (proj_get_type(crs.get()) == PJ_TYPE_COMPOUND_CRS) {
    crs = ProjPtr(proj_crs_get_sub_crs(context.get(), crs.get(), 1));
    if (crs != nullptr) crs = Unbound(context.get(), std::move(crs));
  } else if (proj_get_type(crs.get()) != PJ_TYPE_VERTICAL_CRS) {
    constexpr int kHeightAxis = 2;
    const ProjPtr system(proj_crs_get_coordinate_system(context.get(), crs.get()));
    if (system == nullptr || proj_cs_get_axis_count(context.get(), system.get()) <= kHeightAxis) {
      return std::optional<HeightSystem>();
    }
    heights.ellipsoidal = true;
    axis = kHeightAxis;
  }
  if (crs == nullptr) return std::optional<HeightSystem>();
  heights.name = proj_get_name(crs.get());
  if (!heights.ellipsoidal) heights.datum = KnownDatum(heights.name);
  ReadAxis(context.get(), crs.get(), axis, &heights);
  return std::optional(std::move(heights));
}

absl::Status CheckDeclaredHeights(const HeightSystem& declared, VerticalDatum given) {
  if (declared.is_depth) {
    return absl::InvalidArgumentError(
        absl::StrCat("its values are depths ('", declared.name,
                     "' counts downwards); turn them into heights first, e.g. with gdal_calc.py"));
  }
  if (given == VerticalDatum::kLocal || (declared.datum && *declared.datum == given)) {
    return absl::OkStatus();
  }
  const std::string says =
      declared.ellipsoidal
          ? absl::StrCat("its heights count from the ellipsoid ('", declared.name, "')")
          : absl::StrCat("it declares its heights as '", declared.name, "'");
  const std::string advice =
      declared.datum ? absl::StrCat("give --dem-datum ",
                                    std::string(VerticalDatumName(*declared.datum)), ", or ")
                     : std::string("give ");
  return absl::InvalidArgumentError(absl::StrCat(
      says, ", but the datum given is ", std::string(VerticalDatumName(given)), "; ", advice,
      "--dem-datum local with --dem-offset, the metres to add to reach Hon Dau"));
}

}  // namespace citylayers::geo
