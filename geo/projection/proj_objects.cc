#include "geo/projection/proj_objects.h"

#include "absl/strings/str_cat.h"

namespace citylayers::geo {

ProjContextPtr MakeProjContext() {
  ProjContextPtr context(proj_context_create());
  proj_log_level(context.get(), PJ_LOG_NONE);  // errors are returned, not printed
  proj_context_set_enable_network(context.get(), 0);
  return context;
}

std::string LastProjError(PJ_CONTEXT* context) {
  const int code = proj_context_errno(context);
  if (code == 0) return "not a coordinate reference system";
  const char* text = proj_context_errno_string(context, code);
  return text != nullptr ? text : "unknown error";
}

std::string ShortCrs(const std::string& crs) {
  constexpr std::size_t kShown = 60;
  return crs.size() <= kShown ? crs : absl::StrCat(crs.substr(0, kShown), "...");
}

absl::StatusOr<ProjPtr> MakeProjCrs(PJ_CONTEXT* context, const std::string& crs) {
  ProjPtr pj(proj_create(context, crs.c_str()));
  if (pj == nullptr || !proj_is_crs(pj.get())) {
    return absl::InvalidArgumentError(
        absl::StrCat("coordinate reference system '", ShortCrs(crs), "': ", LastProjError(context),
                     "; use an EPSG code such as EPSG:32648, WKT or a PROJ string"));
  }
  return pj;
}

}  // namespace citylayers::geo
