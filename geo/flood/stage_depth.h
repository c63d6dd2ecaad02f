// Water depths from a stage and the connection level.
#ifndef CITYLAYERS_GEO_FLOOD_STAGE_DEPTH_H_
#define CITYLAYERS_GEO_FLOOD_STAGE_DEPTH_H_

#include "geo/raster/grid.h"

namespace citylayers::geo {

/// Depth of one cell at a stage, metres; 0 when dry. The comparison is strict: a stage equal to the
/// connection level leaves the cell dry. Unknown ground (NaN) counts as dry.
inline float DepthOfCellM(float elevation_m, float level_m, float stage_m) {
  const float depth_m = stage_m - elevation_m;
  return level_m < stage_m && depth_m > 0 ? depth_m : 0.0f;
}

/// Writes the depths of all cells at one stage to `depth_m`, which is resized when its size
/// differs, so that a caller can reuse it. REQUIRES: elevation and level have the same size. About
/// 1 ms for a million cells. Thread-safe for different outputs.
void DepthAtStage(const Grid<float>& elevation_m, const Grid<float>& level_m, float stage_m,
                  Grid<float>* depth_m);

/// Resizes a grid of depths whose size differs from that of the elevation.
void FitDepthTo(const Grid<float>& elevation_m, Grid<float>* depth_m);

/// Rounds depths to whole centimetres, each to the nearest float, so that the thresholds
/// of kDepthClassFromM are met exactly. About 1 ms for a million cells. REQUIRES: no
/// cell is negative or NaN.
void RoundToCentimetres(Grid<float>* depth_m);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_FLOOD_STAGE_DEPTH_H_
