#include "services/runtime/config/suggestion.h"

#include "gtest/gtest.h"

namespace citylayers::runtime {
namespace {

TEST(Suggest, FindsSlipsButNotStrangers) {
  EXPECT_EQ(Suggest("trafic", {"traffic", "flood"}), "traffic");
  EXPECT_EQ(Suggest("zebra", {"traffic", "flood"}), "");
}

}  // namespace
}  // namespace citylayers::runtime
