#include "services/runtime/rpc/error_details.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

TEST(BadFieldTest, ALongQuoteIsCutInItsMiddleAtWholeCharacters) {
  std::string quote = "no column \"";
  while (quote.size() < 1'000'000) quote += "é";
  const absl::Status status = BadField("columns", quote + "\"; did you mean \"level\"?");
  const std::string message(status.message());
  EXPECT_LT(message.size(), 1100u);
  EXPECT_THAT(message, HasSubstr("columns: no column \"é"));
  EXPECT_THAT(message, HasSubstr(" bytes … é"));
  EXPECT_THAT(message, HasSubstr("did you mean"));
  EXPECT_LT(std::string(*status.GetPayload("type.googleapis.com/google.rpc.BadRequest")).size(),
            1100u);
}

}  // namespace
}  // namespace citylayers::runtime
