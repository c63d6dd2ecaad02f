#include "services/programs/citylayers/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::cli {
namespace {

std::vector<TableColumn> Columns() {
  return {
      {.header = "STATION"}, {.header = "stage (m)", .align = Align::kRight}, {.header = "note"}};
}

TEST(Table, ColumnsAreAlignedByWhatIsSeen) {
  Table table(Columns(), /*colour=*/false);
  table.Add({std::string("Phú An"), std::string("1.70"), std::string("high")});
  table.Add({std::string("Bình Triệu"), std::string("-0.25"), std::string("")});
  EXPECT_EQ(table.Render(),
            "STATION     stage (m)  note\n"
            "Phú An           1.70  high\n"
            "Bình Triệu      -0.25\n")
      << "and no line has spaces at its end";
}

TEST(Table, ColourComesOnlyWhenAskedFor) {
  for (const bool colour : {false, true}) {
    Table table(Columns(), colour);
    table.Add({std::string("Phú An"), {"1.70", Tone::kBad}, std::string("")});
    EXPECT_EQ(table.Render().find('\x1b') != std::string::npos, colour);
  }
}

TEST(Table, ColourDoesNotCountAsWidth) {
  Table plain(Columns(), false);
  Table coloured(Columns(), true);
  for (Table* table : {&plain, &coloured}) {
    table->Add({std::string("a"), {"1", Tone::kBad}, std::string("x")});
  }
  std::string stripped;
  const std::string text = coloured.Render();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);
      continue;
    }
    stripped += text[i];
  }
  EXPECT_EQ(stripped, plain.Render());
}

TEST(Table, TextFromOutsideStaysOnItsLine) {
  Table table({{.header = "comment"}}, false);
  table.Add({std::string("two\nlines\x1b[31m")});
  EXPECT_EQ(table.Render(), "comment\ntwo lines [31m\n");
}

TEST(Table, EndlessRowsKeepTheWidthsOfTheColumns) {
  const Table table(
      {{.header = "MEASURE", .width = 10}, {.header = "value", .align = Align::kRight, .width = 6}},
      false);
  EXPECT_EQ(table.RenderHeader(), "MEASURE      value\n");
  EXPECT_EQ(table.RenderRow({std::string("phu-an"), std::string("1.7")}), "phu-an         1.7\n");
  EXPECT_EQ(table.RenderRow({std::string("longer than it"), std::string("1.7")}),
            "longer than it     1.7\n");
}

}  // namespace
}  // namespace citylayers::cli
