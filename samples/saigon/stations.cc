#include "samples/saigon/stations.h"

#include "absl/strings/str_split.h"

#include "samples/saigon/embedded.h"
#include "samples/saigon/tsv.h"

namespace citylayers::saigon {

std::vector<StationSpec> Stations() {
  std::vector<StationSpec> stations;
  for (const Row& row : ReadTable("stations.tsv", kStationsTsv, 7)) {
    StationSpec station;
    station.kind = row.fields[0] == "rain" ? StationKind::kRain : StationKind::kWaterLevel;
    station.id = row.fields[1];
    station.name_vi = row.fields[2];
    station.name_en = row.fields[3];
    station.at = {ParseNumber(row, row.fields[4]), ParseNumber(row, row.fields[5])};
    if (row.fields[6] != "-") {
      for (const std::string& level :
           std::vector<std::string>(absl::StrSplit(row.fields[6], ' '))) {
        station.thresholds_m.push_back(ParseNumber(row, level));
      }
    }
    stations.push_back(std::move(station));
  }
  return stations;
}

}  // namespace citylayers::saigon
