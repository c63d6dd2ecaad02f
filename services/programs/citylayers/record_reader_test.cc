#include "services/programs/citylayers/record_reader.h"

#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace citylayers::cli {
namespace {

// Records as "line:text", with "/" for line ends.
std::string Records(const std::string& text, bool quotes = true, std::size_t limit = 64) {
  std::istringstream input(text);
  RecordReader records(input, limit);
  std::string out;
  while (auto record = records.Next(quotes)) {
    for (char& c : record->text) c = c == '\n' ? '/' : c;
    out += std::to_string(record->line) + ":" + record->text + " ";
  }
  return out;
}

TEST(RecordReader, ALineIsARecord) {
  EXPECT_EQ(Records("a\n\nb\r\nc"), "1:a 2: 3:b\r 4:c ");
  EXPECT_EQ(Records(""), "");
}

TEST(RecordReader, AQuotedFieldJoinsLines) {
  EXPECT_EQ(Records("h\n1,\"one\n\ntwo\"\n2,ok\n"), "1:h 2:1,\"one//two\" 5:2,ok ");
  EXPECT_EQ(Records("{\"a\": \"\n}", /*quotes=*/false), "1:{\"a\": \" 2:} ");
}

TEST(RecordReader, AQuoteThatDoesNotEndTakesOneLineOnly) {
  EXPECT_EQ(Records("1,\"open\n2,ok\n3,ok\n"), "1:1,\"open 2:2,ok 3:3,ok ");
  EXPECT_EQ(Records("1,\"open\n2,ok\n3,\"closed\"\n"), "1:1,\"open/2,ok/3,\"closed\" ")
      << "it looks the same as a field of three lines";
}

TEST(RecordReader, ARecordHasALimit) {
  const std::string text = "1,\"open\n2,ok\n3,ok\n4,ok\"\n5\n";
  EXPECT_EQ(Records(text, true, 12), "1:1,\"open 2:2,ok 3:3,ok 4:4,ok\" 5:5 ");
  EXPECT_EQ(Records(text, true, 23), "1:1,\"open/2,ok/3,ok/4,ok\" 5:5 ");
}

}  // namespace
}  // namespace citylayers::cli
