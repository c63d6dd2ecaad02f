#include "services/layers/rows_of_delta.h"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::layers {
namespace {

// A map of rows: '#' is in view, '.' is not. "" shows all rows.
RowsInView Draw(std::string_view map) {
  RowsInView view;
  for (const char c : map) view.push_back(c == '#');
  return view;
}

// Changes of column 0 ('a'), of column 1 ('b') or of both ('2').
std::vector<RowChange> Changes(std::string_view map) {
  std::vector<RowChange> changes;
  for (std::uint32_t row = 0; row < map.size(); ++row) {
    const std::uint32_t mask = map[row] == 'a' ? 1 : map[row] == 'b' ? 2 : map[row] == '2' ? 3 : 0;
    if (mask != 0) changes.push_back({row, mask});
  }
  return changes;
}

// The rows of a delta as a map: 'x' is sent.
std::string Moved(std::string_view changes, std::string_view before, std::string_view after,
                  std::uint32_t mask = 1) {
  std::string sent(changes.size(), '.');
  VisitMovedRows(Changes(changes), mask, changes.size(), Draw(before), Draw(after),
                 [&sent](std::uint32_t row) { sent[row] = 'x'; });
  return sent;
}

TEST(RowsOfDelta, AreTheChangedOnesInView) {
  std::string sent(8, '.');
  VisitChangedRows(Changes("a.b2a..a"), 1, Draw("######.."),
                   [&sent](std::uint32_t row) { sent[row] = 'x'; });
  EXPECT_EQ(sent, "x..xx...");
}

TEST(RowsOfDelta, AfterAMoveAreAlsoThoseThatCameIntoView) {
  EXPECT_EQ(Moved("........",   //
                  "####....",   //
                  "..####.."),  //
            "....xx..");
  EXPECT_EQ(Moved("a.ab..a.",   // changed
                  "####....",   // before
                  "..####.."),  // after
            "..x.xx..")
      << "of rows that stay in view only what changed in a watched column";
  EXPECT_EQ(Moved("........", "",
                  "..##"
                  "...."),
            "........")
      << "the client had all rows";
  EXPECT_EQ(Moved("........", "..####..", ""), "xx....xx");
}

// Against the definition, written as a loop over all rows.
TEST(RowsOfDelta, EqualTheSlowModelForRandomMaps) {
  std::mt19937 random(7);
  const auto pick = [&random](std::string_view letters) {
    return letters[random() % letters.size()];
  };
  for (int round = 0; round < 2000; ++round) {
    const std::size_t rows = 1 + random() % 40;
    std::string changes, before, after;
    for (std::size_t i = 0; i < rows; ++i) {
      changes += pick("...ab2");
      before += pick("#.");
      after += pick("#.");
    }
    if (random() % 8 == 0) before.clear();
    if (random() % 8 == 0) after.clear();
    const std::uint32_t mask = 1 + random() % 3;
    std::string expected;
    for (std::size_t i = 0; i < rows; ++i) {
      const bool in_view = after.empty() || after[i] == '#';
      const bool was_in_view = before.empty() || before[i] == '#';
      const bool changed = ((changes[i] == 'a' || changes[i] == '2') && (mask & 1) != 0) ||
                           ((changes[i] == 'b' || changes[i] == '2') && (mask & 2) != 0);
      expected += in_view && (changed || !was_in_view) ? 'x' : '.';
    }
    ASSERT_EQ(Moved(changes, before, after, mask), expected) << changes << "\n"
                                                             << before << "\n"
                                                             << after << "\nmask " << mask;
  }
}

}  // namespace
}  // namespace citylayers::layers
