#include "services/layers/layer_changes.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/rpc/error_details.h"
#include "tests/support/row_layer.h"

namespace citylayers::layers {
namespace {

using ::testing::HasSubstr;

class LayerChangesTest : public ::testing::Test {
 protected:
  v1::GetChangesResponse Get(const v1::GetChangesRequest& request) {
    const auto response = ChangesOf(layer_, request, {}, clock_);
    EXPECT_TRUE(response.ok()) << response.status();
    return *response;
  }
  const std::shared_ptr<RowLayer> layer_ = std::make_shared<RowLayer>();
  SetClock clock_;
};

TEST_F(LayerChangesTest, AWidgetKeepsItsStateFromAnswerToAnswer) {
  layer_->Publish({0, 3, 0, 4});
  RowClient widget;
  v1::GetChangesRequest request;
  v1::GetChangesResponse response = Get(request);
  ASSERT_TRUE(response.has_snapshot());
  widget.Apply(response);
  EXPECT_EQ(widget.level(3), 4);

  *request.mutable_resume() = response.resume();
  layer_->Publish({0, 3, 5, 4});
  response = Get(request);
  ASSERT_TRUE(response.has_delta());
  widget.Apply(response);
  EXPECT_EQ(widget.level(2), 5);
}

TEST_F(LayerChangesTest, WithoutAChangeTheDeltaIsEmptyAndTheSameEachTime) {
  layer_->Publish({1, 1, 1, 1});
  v1::GetChangesRequest request;
  *request.mutable_resume() = Get(request).resume();
  const v1::GetChangesResponse first = Get(request);
  EXPECT_EQ(first.delta().rows_size(), 0);
  EXPECT_EQ(first.delta().from().counter(), first.delta().to().counter());
  clock_.now += absl::Minutes(10);
  EXPECT_EQ(Get(request).SerializeAsString(), first.SerializeAsString())
      << "so that its ETag stays the same";
}

TEST_F(LayerChangesTest, ChangesOutOfViewMoveTheTokenOn) {
  layer_->Publish({1, 1, 1, 1});
  v1::GetChangesRequest request;
  *request.mutable_viewport() = ToBoundingBox(ViewOfRows(0, 0).box);
  *request.mutable_resume() = Get(request).resume();
  layer_->Publish({1, 1, 2, 1});
  const v1::GetChangesResponse response = Get(request);
  EXPECT_EQ(response.delta().rows_size(), 0);
  EXPECT_EQ(response.resume().version().counter(), 2U);
}

TEST_F(LayerChangesTest, AnOldTokenGetsASnapshot) {
  layer_->Publish({1, 1, 1, 1});
  v1::GetChangesRequest request;
  *request.mutable_resume() = Get(request).resume();
  request.mutable_resume()->mutable_version()->set_epoch(1);
  EXPECT_TRUE(Get(request).has_snapshot());
  request.mutable_resume()->set_pack_id("another");
  EXPECT_TRUE(Get(request).has_snapshot());
}

TEST_F(LayerChangesTest, BeforeTheFirstStateTheCallerIsAskedToWait) {
  const auto response = ChangesOf(layer_, {}, {}, clock_);
  EXPECT_EQ(response.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(response.status().GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
}

}  // namespace
}  // namespace citylayers::layers
