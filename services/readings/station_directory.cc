#include "services/readings/station_directory.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/strip.h"

#include "base/lon_lat.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "services/readings/page_token.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/paging.h"
#include "services/runtime/rpc/request_ranges.h"

namespace citylayers::readings {
namespace {

constexpr char kStations[] = "stations/";
constexpr int kPageDefault = 100;
constexpr int kPageMax = 1000;

v1::Measure MeasureToProto(const storage::MeasureDef& measure) {
  v1::Measure proto;
  proto.set_name(measure.name);
  if (const auto parts = storage::ParseMeasureName(measure.name); parts.ok()) {
    proto.set_kind(std::string(parts->kind));
  }
  proto.set_unit(measure.unit);
  proto.set_decimals(measure.decimals);
  proto.mutable_period()->set_seconds(measure.period_ms / 1000);
  proto.mutable_period()->set_nanos(static_cast<int>(measure.period_ms % 1000) * 1'000'000);
  proto.set_vertical_datum(measure.vertical_datum);
  proto.set_min_value(measure.min_value);
  proto.set_max_value(measure.max_value);
  for (const Threshold& threshold : measure.thresholds) {
    v1::Threshold& added = *proto.add_thresholds();
    added.mutable_display_name()->set_vi(threshold.name_vi);
    added.mutable_display_name()->set_en(threshold.name_en);
    added.set_value(threshold.value);
  }
  return proto;
}

bool Matches(const v1::Station& station, const v1::ListStationsRequest& request,
             const std::optional<LonLatBox>& bounds) {
  if (bounds.has_value() &&
      !bounds->Contains({station.location().lon_deg(), station.location().lat_deg()})) {
    return false;
  }
  return request.kind().empty() ||
         std::any_of(station.measures().begin(), station.measures().end(),
                     [&](const v1::Measure& measure) { return measure.kind() == request.kind(); });
}

}  // namespace

v1::Station StationDirectory::ToProto(const storage::StationDef& station) const {
  v1::Station proto;
  proto.set_name(StrCat(kStations, station.id));
  proto.mutable_display_name()->set_vi(station.name_vi);
  proto.mutable_display_name()->set_en(station.name_en);
  proto.mutable_location()->set_lon_deg(station.location.lon_deg);
  proto.mutable_location()->set_lat_deg(station.location.lat_deg);
  for (const std::uint32_t series : registry_.SeriesOfStation(station.id)) {
    *proto.add_measures() = MeasureToProto(*registry_.Measure(series));
  }
  return proto;
}

absl::StatusOr<v1::GetStationResponse> StationDirectory::Get(
    const v1::GetStationRequest& request) const {
  absl::string_view id = request.name();
  if (!absl::ConsumePrefix(&id, kStations) || id.empty()) {
    return runtime::BadField("name", "must have the form stations/{id}");
  }
  const std::optional<storage::StationDef> station = registry_.FindStation(ToStd(id));
  if (!station.has_value()) {
    return absl::NotFoundError(
        StrCat(request.name(), " is not known; ListStations lists the known stations"));
  }
  v1::GetStationResponse response;
  *response.mutable_station() = ToProto(*station);
  return response;
}

absl::StatusOr<v1::ListStationsResponse> StationDirectory::List(
    const v1::ListStationsRequest& request) const {
  ASSIGN_OR_RETURN(const int page_size,
                   runtime::PageSize(request.page_size(), kPageDefault, kPageMax));
  std::optional<LonLatBox> bounds;
  if (request.has_bounds()) {
    ASSIGN_OR_RETURN(bounds, runtime::ReadBox(request.bounds(), "bounds"));
  }
  RETURN_IF_ERROR(runtime::CheckNameSize(request.kind(), "kind"));
  // Stations are ordered by id, so that a station that is added shifts no page.
  ASSIGN_OR_RETURN(std::string after, ReadPageToken(request, request.page_token()));
  v1::ListStationsResponse response;
  while (true) {
    const std::vector<storage::StationDef> some = registry_.StationsAfter(after, kPageMax);
    if (some.empty()) return response;
    for (const storage::StationDef& station : some) {
      v1::Station proto = ToProto(station);
      if (Matches(proto, request, bounds)) {
        // One station beyond the page size shows that there is another page.
        if (response.stations_size() == page_size) {
          response.set_next_page_token(MakePageToken(request, after));
          return response;
        }
        *response.add_stations() = std::move(proto);
      }
      after = station.id;
    }
  }
}

absl::Status SeedFromPack(const std::vector<storage::PackStation>& stations,
                          storage::Registrar& registrar) {
  std::vector<storage::StationDef> defs;
  std::vector<storage::MeasureDef> measures;
  for (const storage::PackStation& station : stations) {
    defs.push_back({station.id, station.name_vi, station.name_en, station.location});
    for (const storage::PackMeasure& measure : station.measures) {
      storage::MeasureDef& def = measures.emplace_back();
      def.name = StrCat(kStations, station.id, "/measures/", measure.kind);
      def.unit = measure.unit;
      def.decimals = measure.decimals;
      def.period_ms = absl::ToInt64Milliseconds(measure.period);
      def.vertical_datum = measure.vertical_datum;
      def.min_value = measure.min_value;
      def.max_value = measure.max_value;
      def.thresholds = measure.thresholds;
    }
  }
  return registrar.SeedStations(std::move(defs), measures);
}

}  // namespace citylayers::readings
