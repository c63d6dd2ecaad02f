#include "services/programs/citylayers/readings_input.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::cli {
namespace {

using ::testing::HasSubstr;

constexpr char kMeasure[] = "stations/phu-an/measures/water_level";

std::string MessageOf(ReadingsInput& input, std::string_view line) {
  return std::string(input.Line(line).status().message());
}

TEST(ReadingsInput, CsvColumnsStandInAnyOrder) {
  ReadingsInput input;
  ASSERT_FALSE(input.Line("value,quality,time,measure,comment")->has_value());
  const auto reading = input.Line(
      "1.70,good,2025-11-06T18:00:00+07:00,stations/phu-an/measures/water_level,\"a, b\"");
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_EQ((*reading)->measure, kMeasure);
  EXPECT_EQ((*reading)->value, 1.70);
  EXPECT_EQ((*reading)->time, absl::FromUnixSeconds(1762426800));
  EXPECT_EQ((*reading)->quality, readings::v1::QUALITY_GOOD);
}

TEST(ReadingsInput, WithoutQualityItIsUnspecified) {
  ReadingsInput input;
  ASSERT_TRUE(input.Line("measure,time,value").ok());
  EXPECT_EQ((*input.Line("m,2025-11-06T18:00:00Z,1"))->quality, readings::v1::QUALITY_UNSPECIFIED);
}

TEST(ReadingsInput, BlankLinesAreNothing) {
  ReadingsInput input;
  EXPECT_FALSE(input.Line("")->has_value());
  EXPECT_FALSE(input.Line("  \r")->has_value());
  EXPECT_FALSE(input.Line("measure,time,value")->has_value()) << "still the header";
}

TEST(ReadingsInput, NdjsonTakesShortNamesAndTheJsonOfAReading) {
  ReadingsInput input;
  const auto own = input.Line(
      R"({"measure": "stations/phu-an/measures/water_level", "time": "2025-11-06T18:00:00+07:00", "value": 1.7})");
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ((*own)->value, 1.7);
  const auto printed = input.Line(
      R"({"measure":"m","readTime":"2025-11-06T11:00:00Z","value":1.7,"quality":"QUALITY_SUSPECT"})");
  ASSERT_TRUE(printed.ok()) << printed.status();
  EXPECT_EQ((*printed)->time, (*own)->time);
  EXPECT_EQ((*printed)->quality, readings::v1::QUALITY_SUSPECT);
}

TEST(ReadingsInput, NotANumberIsLeftToTheServer) {
  ReadingsInput input;
  ASSERT_TRUE(input.Line("measure,time,value").ok());
  const auto reading = input.Line("m,2025-11-06T18:00:00Z,nan");
  ASSERT_TRUE(reading.ok());
  EXPECT_TRUE(std::isnan((*reading)->value));
}

TEST(ReadingsInput, WhatIsWrongWithALineIsSaid) {
  ReadingsInput csv;
  EXPECT_THAT(MessageOf(csv, "1,2,3"), HasSubstr("the first line must name the columns"));
  ASSERT_TRUE(csv.Line("measure,time,value,quality").ok());
  EXPECT_THAT(MessageOf(csv, "m,yesterday,1,"), HasSubstr("time \"yesterday\" is not RFC 3339"));
  EXPECT_THAT(MessageOf(csv, "m,infinite-future,1,"), HasSubstr("is not RFC 3339"));
  EXPECT_THAT(MessageOf(csv, "m,2025-11-06T18:00:00Z,high,"), HasSubstr("value \"high\""));
  EXPECT_THAT(MessageOf(csv, "m,2025-11-06T18:00:00Z,1,fine"), HasSubstr("quality \"fine\""));
  EXPECT_THAT(MessageOf(csv, "m,2025-11-06T18:00:00Z"), HasSubstr("2 fields where"));
  EXPECT_THAT(MessageOf(csv, "\"m,2025"), HasSubstr("does not end"));
  ReadingsInput json;
  ASSERT_FALSE(json.Line("{broken").ok());
  EXPECT_THAT(MessageOf(json, R"({"measure": "m", "value": 1})"), HasSubstr("needs measure, time"));
  EXPECT_THAT(MessageOf(json, "[1]"), HasSubstr("not a JSON object"));
}

TEST(ReadingsInput, TimesAreRfc3339AndNothingElse) {
  ReadingsInput input;
  ASSERT_TRUE(input.Line("measure,time,value").ok());
  const auto at = [&](const std::string& time) { return input.Line("m," + time + ",1"); };
  for (const char* good :
       {"2026-11-27T10:00:00Z", "2026-11-27t10:00:01z", "2026-11-27T10:00:00+07:00",
        "2026-11-27T10:00:00-00:00", "2026-11-27T11:00:00.1236Z", "2026-11-27T23:59:60Z",
        "2026-11-28T06:59:60+07:00", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
    EXPECT_TRUE(at(good).ok()) << good << at(good).status();
  }
  for (const char* bad :
       {"2026-11-27T12:34:60Z", "2026-11-27T24:00:00Z", "2026-11-27T23:59:61Z",
        "2026-11-27T10:00:00", "2026-11-27 10:00:00Z", "2026-11-27T10:00Z", "2026-02-30T10:00:00Z",
        "2026-11-27T10:00:00+25:00", "1764582000", "1764582000000", "infinite-future",
        "infinite-past", "2026-1-2T10:00:00Z", " 2026-11-27T10:00:00Z", "12026-11-27T10:00:00Z",
        "2026-11-27T10:00:00Z later", "-026-11-27T10:00:00Z", ""}) {
    EXPECT_FALSE(at(bad).ok()) << bad;
    EXPECT_THAT(at(bad).status().message(), HasSubstr("RFC 3339")) << bad;
  }
}

TEST(ReadingsInput, ValuesAreDecimalNumbers) {
  ReadingsInput input;
  ASSERT_TRUE(input.Line("measure,time,value").ok());
  const auto of = [&](const std::string& value) {
    return input.Line("m,2026-11-27T10:00:00Z," + value);
  };
  for (const char* good : {"-0.0", "+1.2", "1.2e0", "1e-320", "1700"}) {
    EXPECT_TRUE(of(good).ok()) << good << of(good).status();
  }
  for (const char* bad : {"0x10", "1_0", " ", "", "1.2m", "1.2.3", "1 2", "--1"}) {
    EXPECT_FALSE(of(bad).ok()) << bad;
  }
  EXPECT_THAT(MessageOf(input, "m,2026-11-27T10:00:00Z,\"1,03\""), HasSubstr("decimal point"));
}

TEST(ReadingsInput, AHeaderThatCannotBeMeantIsRefused) {
  ReadingsInput twice;
  EXPECT_THAT(MessageOf(twice, "measure,time,value,value"), HasSubstr("\"value\" occurs twice"));
  ReadingsInput semicolons;
  EXPECT_THAT(MessageOf(semicolons, "measure;time;value"), HasSubstr("semicolons"));
  ReadingsInput spaced;
  EXPECT_TRUE(spaced.Line("measure, time, value").ok());
}

TEST(ReadingsInput, AQuotedFieldMayHoldLines) {
  ReadingsInput input;
  ASSERT_TRUE(input.Line("measure,time,value,comment").ok());
  const auto reading = input.Line("m,2026-11-27T10:00:00Z,1.04,\"line one\nline two\"");
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_EQ((*reading)->value, 1.04);
}

}  // namespace
}  // namespace citylayers::cli
