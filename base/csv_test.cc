#include "base/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

TEST(Csv, QuotedFieldsKeepCommasAndQuotes) {
  const auto fields = SplitCsvLine(R"(a,"b, c","say ""hi""",)");
  ASSERT_TRUE(fields.ok());
  EXPECT_THAT(*fields, ElementsAre("a", "b, c", "say \"hi\"", ""));
}

TEST(Csv, ByteOrderMarkAndCarriageReturnAreDropped) {
  const auto table = ParseCsv("\xEF\xBB\xBFname,value\r\nPhú An,1.7\r\n\r\n", "levels.csv");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(table->header, ElementsAre("name", "value"));
  ASSERT_EQ(table->rows.size(), 1u);
  EXPECT_EQ(table->rows[0][0], "Phú An");
}

TEST(Csv, ErrorsNameFileAndLine) {
  EXPECT_THAT(MessageOf(ParseCsv("a,b\n1,2\n3\n", "x.csv").status()),
              HasSubstr("x.csv, line 3: 1 fields where the header has 2"));
  EXPECT_THAT(MessageOf(ParseCsv("a\n\"open\n", "x.csv").status()), HasSubstr("x.csv, line 2"));
  EXPECT_THAT(MessageOf(ParseCsv("", "x.csv").status()), HasSubstr("x.csv: empty"));
}

TEST(Csv, QuotedFieldsKeepLineEnds) {
  const auto table = ParseCsv("name,place\r\nPhú An,\"two\r\nlines\"\r\nBình,one\r\n", "x.csv");
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_EQ(table->rows.size(), 2u);
  EXPECT_THAT(table->rows[0], ElementsAre("Phú An", "two\r\nlines"));
  EXPECT_THAT(table->rows[1], ElementsAre("Bình", "one"));
  EXPECT_EQ(table->Where(0), "x.csv, line 2");
  EXPECT_EQ(table->Where(1), "x.csv, line 4");
}

TEST(Csv, AQuotedNothingIsARowAndABlankLineIsNone) {
  const auto table = ParseCsv("name\n\"\"\n\n", "x.csv");
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_EQ(table->rows.size(), 1u);
  EXPECT_THAT(table->rows[0], ElementsAre(""));
}

TEST(Csv, LineNumbersCountBlankLines) {
  const auto table = ParseCsv("value\n\n\nx\n", "x.csv");
  ASSERT_TRUE(table.ok());
  EXPECT_THAT(MessageOf(table->Number(0, 0).status()),
              HasSubstr("x.csv, line 4: value \"x\" is not a number"));
}

TEST(Csv, NumbersMustBeFinite) {
  const auto table = ParseCsv("value\nnan\n1e999\n-0.5\n", "x.csv");
  ASSERT_TRUE(table.ok());
  EXPECT_FALSE(table->Number(0, 0).ok());
  EXPECT_FALSE(table->Number(1, 0).ok());
  EXPECT_EQ(*table->Number(2, 0), -0.5);
}

TEST(Csv, NumbersAreDecimal) {
  EXPECT_EQ(ParseDecimal("-1.5e1"), -15);
  EXPECT_EQ(ParseDecimal(" 2 "), 2);
  for (const char* other : {"", "0x10", "-0X1p3", "1,5", "1_0", "m", "1.2.3"}) {
    EXPECT_EQ(ParseDecimal(other), std::nullopt) << other;
  }
}

TEST(Csv, MissingColumnListsThoseThereAre) {
  const auto table = ParseCsv("street_id,los\n1,2\n", "x.csv");
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(*table->Column("los"), 1u);
  EXPECT_THAT(MessageOf(table->Column("period").status()),
              HasSubstr("the columns are street_id, los"));
}

TEST(Csv, AFileThatIsNotThereIsNotFound) {
  EXPECT_EQ(ReadCsv("/no/such/file.csv").status().code(), absl::StatusCode::kNotFound);
}

TEST(Csv, AColumnThatIsThereTwiceIsRefused) {
  EXPECT_THAT(MessageOf(ParseCsv("id,lat,lon,lat\n1,2,3,4\n", "x.csv").status()),
              HasSubstr("x.csv, line 1: the column \"lat\" occurs twice"));
  EXPECT_THAT(MessageOf(ParseCsv("\nvalue, Value\n1,2\n", "x.csv").status()),
              HasSubstr("line 2: the column \"Value\""));
  EXPECT_TRUE(ParseCsv("id,,\n1,,\n", "x.csv").ok()) << "columns without a name";
}

TEST(Csv, NamesOfColumnsHaveNoSpacesAroundThem) {
  const auto table = ParseCsv("id, lat ,lon\t\n1,2,3\n", "x.csv");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(table->header, ElementsAre("id", "lat", "lon"));
}

TEST(Csv, OtherSeparatorsAndUtf16AreToldApart) {
  EXPECT_THAT(MessageOf(ParseCsv("measure;time;value\nm;t;1,02\n", "x.csv").status()),
              HasSubstr("semicolons"));
  EXPECT_THAT(MessageOf(ParseCsv("measure\ttime\n", "x.csv").status()), HasSubstr("tabs"));
  EXPECT_THAT(MessageOf(ParseCsv("\xFF\xFEi\0d\0\n", "x.csv").status()), HasSubstr("UTF-16"));
  EXPECT_TRUE(ParseCsv("id\n1;2\n", "x.csv").ok());
}

// CsvQuotes agrees with the parser on the end of each record.
TEST(Csv, QuotesTellWhetherARecordGoesOn) {
  for (const char* text :
       {"a,b", "a,\"b", "a,\"b\"", "\"a\"\"", "\"a\"\"\"", "a\"b", "\"\"x", "\"\",\"y", "\"\"\"\"",
        "a,\"b,\"c\"", "\"", "\"\"", ",\"\"\"", "x,\" \"\" ,"}) {
    CsvQuotes quotes;
    EXPECT_EQ(quotes.GoesOnAfter(text), !SplitCsvLine(text).ok()) << text;
  }
  CsvQuotes quotes;
  EXPECT_TRUE(quotes.GoesOnAfter("1,\"one"));
  EXPECT_TRUE(quotes.GoesOnAfter(""));
  EXPECT_TRUE(quotes.GoesOnAfter("still, \"\"quoted\"\","));
  EXPECT_FALSE(quotes.GoesOnAfter("end\",2"));
  EXPECT_FALSE(quotes.GoesOnAfter("3,4"));
}

}  // namespace
}  // namespace citylayers
