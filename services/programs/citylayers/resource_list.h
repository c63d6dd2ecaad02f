// Formats resources of the API as table, JSON, NDJSON or GeoJSON.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_RESOURCE_LIST_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_RESOURCE_LIST_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <google/protobuf/message.h>

#include "base/lon_lat.h"
#include "citylayers/common/v1/geo.pb.h"
#include "services/programs/citylayers/format.h"
#include "services/programs/citylayers/table.h"

namespace citylayers::cli {

/// Location of a resource: one point, or the points of a line. Empty: none.
using Place = std::vector<LonLat>;

Place PlaceOf(const common::v1::Point& point);
Place PlaceOf(const common::v1::LineString& line);

/// The proto3 JSON mapping on one line, including fields with default values.
std::string ToJson(const google::protobuf::Message& message);
/// A GeoJSON feature (RFC 7946) on one line; its properties are the JSON of the message. A resource
/// without a location has a null geometry.
std::string ToFeature(const google::protobuf::Message& message, const Place& place);

/// Collects resources and renders them in the requested format: a table; a JSON array of resources;
/// one JSON object per line; or a GeoJSON FeatureCollection. Each resource of an array or a
/// collection is on a separate line. With a `sink`, all formats except tables are written to it
/// while resources are added, and Render returns the rest, so that a long list takes no memory.
class ResourceList {
 public:
  using Sink = std::function<void(std::string_view)>;
  ResourceList(OutputFormat format, bool colour, std::vector<TableColumn> columns,
               Sink sink = nullptr)
      : format_(format), table_(std::move(columns), colour), sink_(std::move(sink)) {}

  /// REQUIRES: as many cells as columns.
  void Add(const google::protobuf::Message& resource, std::vector<Cell> cells,
           const Place& place = {});
  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }

  /// All text that was not written to the sink. `when_empty` is printed instead of a table without
  /// rows.
  std::string Render(std::string_view when_empty) const;

  /// For endless output: the header, and one resource, which is not stored. Here JSON has one
  /// object per line, GeoJSON one feature per line.
  std::string RenderHeader() const;
  std::string RenderOne(const google::protobuf::Message& resource, const std::vector<Cell>& cells,
                        const Place& place = {}) const;

 private:
  std::string_view Opening() const;

  OutputFormat format_;
  Table table_;
  Sink sink_;
  std::string text_;  // rendered text that is not in the sink yet
  std::size_t count_ = 0;
};

/// One resource: an aligned list of "name  value" lines, or its JSON.
std::string RenderOneResource(OutputFormat format, const google::protobuf::Message& resource,
                              const std::vector<std::pair<std::string, std::string>>& lines,
                              const Place& place = {});

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_RESOURCE_LIST_H_
