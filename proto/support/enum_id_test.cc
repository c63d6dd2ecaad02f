#include "proto/support/enum_id.h"

#include <gtest/gtest.h>

#include "citylayers/alerts/v1/alert_service.pb.h"
#include "citylayers/layers/v1/layers.pb.h"

namespace citylayers {
namespace {

using layers::v1::TileFormat;

TEST(EnumId, IsTheNameWithoutThePrefixOfItsEnum) {
  EXPECT_EQ(EnumId(layers::v1::TILE_FORMAT_PNG), "png");
  EXPECT_EQ(EnumId(alerts::v1::ALERT_KIND_STREET_DEPTH), "street_depth");
}

TEST(EnumId, OfTheZeroValueAndOfUnknownNumbersIsEmpty) {
  EXPECT_EQ(EnumId(layers::v1::TILE_FORMAT_UNSPECIFIED), "");
  EXPECT_EQ(EnumId(static_cast<TileFormat>(99)), "");
}

TEST(ParseEnumId, ReadsWhatEnumIdWrites) {
  EXPECT_EQ(ParseEnumId<TileFormat>("mvt"), layers::v1::TILE_FORMAT_MVT);
  EXPECT_EQ(ParseEnumId<TileFormat>("png"), layers::v1::TILE_FORMAT_PNG);
}

TEST(ParseEnumId, OtherWordsAreNoValue) {
  for (const char* word : {"", "unspecified", "PNG", "pn", "tile_format_png"}) {
    EXPECT_EQ(ParseEnumId<TileFormat>(word), std::nullopt) << word;
  }
}

}  // namespace
}  // namespace citylayers
