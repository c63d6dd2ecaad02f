#include "services/traffic/jam_proto.h"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <unordered_map>

#include "base/strings.h"
#include "proto/support/proto_time.h"
#include "services/layers/request_fields.h"
#include "services/traffic/cross_street.h"

namespace citylayers::traffic {
namespace {

// Clockwise from north, 0 to 360; on the scale of a city the earth is treated as flat.
double BearingDeg(const common::v1::Point& from, const common::v1::Point& to) {
  constexpr double kDegrees = 180 / std::numbers::pi;
  const double east = (to.lon_deg() - from.lon_deg()) * std::cos(from.lat_deg() / kDegrees);
  const double bearing_deg = std::atan2(east, to.lat_deg() - from.lat_deg()) * kDegrees;
  return bearing_deg < 0 ? bearing_deg + 360 : bearing_deg;
}

}  // namespace

v1::Jam ToProto(const TrackedJam& answer, const storage::SegmentTable& roads,
                const layers::StreetIndex& streets) {
  const Jam& jam = answer.jam;
  v1::Jam proto;
  proto.set_name(StrCat("jams/", jam.id));
  std::unordered_map<std::uint32_t, double> length_by_street;
  std::uint32_t street = layers::StreetIndex::kNoStreet;
  for (std::uint32_t segment : jam.segments) {
    const std::uint32_t here = streets.street(segment);
    const double length_m = length_by_street[here] += roads[segment].length_m;
    if (here == layers::StreetIndex::kNoStreet) {
      // A part without a name gives the jam no name.
    } else if (street == layers::StreetIndex::kNoStreet || length_m > length_by_street[street]) {
      street = here;
    }
    proto.add_segment_indexes(segment);
  }
  proto.set_street(std::string(streets.name(street)));
  proto.set_street_id(streets.Id(street));
  proto.set_level(static_cast<v1::TrafficLevel>(jam.level));
  proto.set_length_m(jam.length_m);
  proto.set_delay_s(jam.delay_s);
  proto.set_speed_kmh(jam.speed_kmh);
  *proto.mutable_head() = layers::ToPoint(roads.points(jam.segments.front()).back().ToLonLat());
  *proto.mutable_tail() = layers::ToPoint(roads.points(jam.segments.back()).front().ToLonLat());
  *proto.mutable_since_time() = ToProtoTime(absl::FromUnixMillis(jam.since_ms));
  proto.set_trend_m(answer.trend_m);
  proto.set_live_share(answer.live_share);
  proto.set_from_street(
      std::string(CrossStreet(roads, jam.segments.back(), false, streets.name(street))));
  proto.set_to_street(
      std::string(CrossStreet(roads, jam.segments.front(), true, streets.name(street))));
  proto.set_bearing_deg(BearingDeg(proto.tail(), proto.head()));
  return proto;
}

}  // namespace citylayers::traffic
