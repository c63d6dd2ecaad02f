#include "services/programs/citylayers/reading_rows.h"

#include <cmath>
#include <random>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "proto/support/proto_time.h"
#include "services/programs/citylayers/resource_list.h"

namespace citylayers::cli {
namespace {

using Json = nlohmann::json;
using readings::v1::Reading;
using readings::v1::ReadingColumns;
using ::testing::SizeIs;

MeasureInfo InfoOf(const std::string& measure) {
  if (measure == "stations/ống/measures/rainfall") return {"mm", 2, std::nullopt};
  return {"km/h", 1, std::nullopt};
}

const std::vector<std::string> kMeasures = {
    "segments/262144/measures/speed", "stations/ống/measures/rainfall",
    "stations/a-name-that-is-longer-than-its-column/measures/water_level"};

// Random rows, as columns and as messages.
std::pair<ReadingColumns, std::vector<Reading>> RandomRows(std::mt19937& random, int count) {
  ReadingColumns columns;
  for (const std::string& measure : kMeasures) columns.add_measures(measure);
  std::vector<Reading> rows;
  std::int64_t before_ms = 0;
  for (int i = 0; i < count; ++i) {
    const std::int64_t time_ms = static_cast<std::int64_t>(random()) * 700 - 1'000'000'000;
    const auto measure = static_cast<std::uint32_t>(random() % kMeasures.size());
    const double value = static_cast<double>(static_cast<int>(random() % 2000) - 300) / 7;
    const auto quality = static_cast<readings::v1::Quality>(random() % 5);
    columns.add_time_deltas_ms(time_ms - before_ms);
    columns.add_measure_indexes(measure);
    columns.add_values(value);
    columns.add_qualities(quality);
    before_ms = time_ms;
    Reading& row = rows.emplace_back();
    row.set_measure(kMeasures[measure]);
    *row.mutable_read_time() = ToProtoTime(absl::FromUnixMillis(time_ms));
    row.set_value(value);
    row.set_quality(quality);
  }
  return {columns, rows};
}

std::string Render(OutputFormat format, const ReadingColumns& columns, bool colour = false) {
  ReadingRows rows(format, colour, InfoOf);
  std::string text;
  rows.Append(columns, &text);
  rows.End("nothing", &text);
  return text;
}

TEST(ReadingRows, ATableIsThatOfTheTableClass) {
  std::mt19937 random(1);
  for (const bool colour : {false, true}) {
    const auto [columns, rows] = RandomRows(random, 500);
    const Table table(ReadingTableColumns(), colour);
    std::string expected = table.RenderHeader();
    for (const Reading& row : rows) {
      expected += table.RenderRow(ReadingCells(InfoOf(row.measure()), row));
    }
    EXPECT_EQ(Render(OutputFormat::kTable, columns, colour), expected);
  }
}

TEST(ReadingRows, JsonIsThatOfTheProtoMapping) {
  std::mt19937 random(2);
  const auto [columns, rows] = RandomRows(random, 500);
  const Json array = Json::parse(Render(OutputFormat::kJson, columns));
  ASSERT_THAT(array, SizeIs(rows.size()));
  std::istringstream lines(Render(OutputFormat::kNdjson, columns));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Json expected = Json::parse(ToJson(rows[i]));
    EXPECT_EQ(array[i], expected);
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_EQ(Json::parse(line), expected);
  }
}

TEST(ReadingRows, WithoutRowsADocumentIsStillWhole) {
  EXPECT_EQ(Render(OutputFormat::kJson, {}), "[]\n");
  EXPECT_EQ(Render(OutputFormat::kNdjson, {}), "");
  EXPECT_EQ(Render(OutputFormat::kTable, {}), "nothing\n");
}

TEST(ReadingRows, SeveralBatchesAreOneDocument) {
  std::mt19937 random(3);
  const auto [columns, rows] = RandomRows(random, 3);
  ReadingRows writer(OutputFormat::kJson, false, InfoOf);
  std::string text;
  writer.Append(columns, &text);
  writer.Append({}, &text);
  writer.Append(columns, &text);
  writer.End("", &text);
  EXPECT_THAT(Json::parse(text), SizeIs(6));
  EXPECT_EQ(writer.count(), 6U);
}

TEST(ReadingRows, RowsThatDoNotFitTogetherAreLeftOut) {
  std::mt19937 random(4);
  auto [columns, rows] = RandomRows(random, 4);
  columns.set_measure_indexes(1, 3);
  columns.mutable_values()->RemoveLast();
  EXPECT_THAT(Json::parse(Render(OutputFormat::kJson, columns)), SizeIs(2));
}

TEST(ReadingRows, NumbersThatAreNoneAreStillJson) {
  ReadingColumns columns;
  columns.add_measures("x\"\n\xFF");
  for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e300, -0.0}) {
    columns.add_measure_indexes(0);
    columns.add_time_deltas_ms(1);
    columns.add_values(value);
  }
  const Json array = Json::parse(Render(OutputFormat::kJson, columns));
  ASSERT_THAT(array, SizeIs(5));
  EXPECT_EQ(array[0]["value"], "NaN");
  EXPECT_EQ(array[3]["value"], 1e300);
}

}  // namespace
}  // namespace citylayers::cli
