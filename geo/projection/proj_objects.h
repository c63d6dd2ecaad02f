// Owning pointers to PROJ's objects. Internal to this folder.
#ifndef CITYLAYERS_GEO_PROJECTION_PROJ_OBJECTS_H_
#define CITYLAYERS_GEO_PROJECTION_PROJ_OBJECTS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include <proj.h>

namespace citylayers::geo {

struct ProjContextDeleter {
  void operator()(PJ_CONTEXT* c) const { proj_context_destroy(c); }
};
struct ProjDeleter {
  void operator()(PJ* p) const { proj_destroy(p); }
};
using ProjContextPtr = std::unique_ptr<PJ_CONTEXT, ProjContextDeleter>;
using ProjPtr = std::unique_ptr<PJ, ProjDeleter>;

/// Makes a context that prints nothing and uses no network.
ProjContextPtr MakeProjContext();

/// The reason why the last call failed.
std::string LastProjError(PJ_CONTEXT* context);

/// The beginning of a WKT (which may be pages long), for error messages.
std::string ShortCrs(const std::string& crs);

/// INVALID_ARGUMENT: PROJ does not know the system.
absl::StatusOr<ProjPtr> MakeProjCrs(PJ_CONTEXT* context, const std::string& crs);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_PROJECTION_PROJ_OBJECTS_H_
