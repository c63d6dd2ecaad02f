#include "services/tools/citypack/line_merge.h"

#include <algorithm>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::citypack {
namespace {

using ::testing::UnorderedElementsAre;

// A piece along letters: its ends are numbered by their letters, its points lie at them.
LinePiece Piece(const std::string& letters) {
  LinePiece piece{
      static_cast<std::uint64_t>(letters.front()), static_cast<std::uint64_t>(letters.back()), {}};
  for (const char c : letters) piece.points.push_back({static_cast<double>(c), 0});
  return piece;
}

// Lines as letters, each in the direction that sorts first.
std::vector<std::string> Merged(const std::vector<std::string>& pieces) {
  std::vector<LinePiece> input;
  for (const std::string& letters : pieces) input.push_back(Piece(letters));
  std::vector<std::string> out;
  for (const std::vector<LonLat>& line : MergeLines(input)) {
    std::string letters;
    for (const LonLat& p : line) letters += static_cast<char>(p.lon_deg);
    out.push_back(std::min(letters, std::string(letters.rbegin(), letters.rend())));
  }
  return out;
}

TEST(LineMerge, PiecesBecomeOneLineWhicheverWayTheyRun) {
  EXPECT_THAT(Merged({"CD", "AB", "BxC"}), UnorderedElementsAre("ABxCD"));
  EXPECT_THAT(Merged({"CB", "AB", "CD"}), UnorderedElementsAre("ABCD"));
}

TEST(LineMerge, ALineEndsWhereThreeMeet) {
  EXPECT_THAT(Merged({"AB", "BC", "BD"}), UnorderedElementsAre("AB", "BC", "BD"));
}

TEST(LineMerge, RingsAreClosed) {
  const std::vector<std::string> lines = Merged({"AB", "BC", "CA"});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].size(), 4u);
  EXPECT_EQ(lines[0].front(), lines[0].back());
  EXPECT_THAT(Merged({"AxyA"}), UnorderedElementsAre("AxyA"));
  EXPECT_THAT(Merged({"AxyA", "AB"}), UnorderedElementsAre("AxyA", "AB"));
}

TEST(LineMerge, EveryPieceIsInExactlyOneLine) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<LinePiece> pieces;
    for (int i = 0; i < 30; ++i) {
      const std::uint64_t a = random() % 20, b = random() % 20;
      pieces.push_back({a, b, {{static_cast<double>(a), 0}, {static_cast<double>(b), 0}}});
    }
    std::size_t edges = 0;
    for (const auto& line : MergeLines(pieces)) edges += line.size() - 1;
    EXPECT_EQ(edges, pieces.size());
  }
}

}  // namespace
}  // namespace citylayers::citypack
