// LayerService over TCP, as phones use it: moves, ages, several layers, one-off changes, bundles.
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "services/layers/layer_service.h"
#include "services/runtime/rpc/grpc_status.h"
#include "services/runtime/rpc/watch_thread.h"
#include "tests/support/call_harness.h"
#include "tests/support/eventually.h"
#include "tests/support/row_layer.h"

namespace citylayers::layers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kRows = 150;  // one per degree

class LayerStreamsTest : public ::testing::Test {
 protected:
  explicit LayerStreamsTest(runtime::CallOptions options = {.compress_above = 256})
      : harness_(std::move(options)) {
    catalog_.Add(flood_);
    catalog_.Add(traffic_);
    Publish(1);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    address_ = StrCat("127.0.0.1:", port);
    stub_ = v1::LayerService::NewStub(
        grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
  }
  ~LayerStreamsTest() override {
    stub_.reset();
    server_->Shutdown();
  }
  void Publish(std::int32_t level) {
    flood_->Publish(std::vector<std::int32_t>(kRows, level));
    traffic_->Publish(std::vector<std::int32_t>(kRows, level));
  }
  static v1::WatchLayerRequest Watch(int west, int east) {
    v1::WatchLayerRequest request;
    request.set_name("layers/traffic");
    *request.mutable_viewport() = ToBoundingBox(ViewOfRows(west, east).box);
    request.set_tick_ms(250);
    return request;
  }
  grpc::Status Move(const std::string& stream_id, int west, int east,
                    const std::string& name = "layers/traffic") {
    grpc::ClientContext context;
    v1::SetViewportRequest request;
    request.set_name(name);
    request.set_stream_id(stream_id);
    *request.mutable_viewport() = ToBoundingBox(ViewOfRows(west, east).box);
    v1::SetViewportResponse response;
    return stub_->SetViewport(&context, request, &response);
  }
  bool HasMetric(const std::string& line) {
    return test::Eventually(
        [&] { return harness_.metrics.Serialize().find(line) != std::string::npos; });
  }

  const std::shared_ptr<RowLayer> flood_ = std::make_shared<RowLayer>(kRows, "flood");
  const std::shared_ptr<RowLayer> traffic_ = std::make_shared<RowLayer>(kRows, "traffic");
  runtime::CallHarness harness_;
  LayerCatalog catalog_;
  LayerServiceImpl service_{
      {.follow_layers_max = 2, .follow_requests_per_s = 5, .watch = {}}, catalog_, harness_.calls};
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  std::unique_ptr<v1::LayerService::Stub> stub_;
};

TEST_F(LayerStreamsTest, AUnaryCallMovesAnOpenStream) {
  grpc::ClientContext context;
  const auto reader = stub_->WatchLayer(&context, Watch(0, 9));
  RowClient client;
  v1::WatchLayerResponse response;
  ASSERT_TRUE(reader->Read(&response));
  client.Apply(response);
  const std::string id = response.stream_id();
  EXPECT_EQ(id.size(), 32u);
  EXPECT_TRUE(Move(id, 100, 109).ok());
  response.Clear();
  ASSERT_TRUE(reader->Read(&response));
  client.Apply(response);
  EXPECT_EQ(client.view().viewport().west_deg(), 100);
  EXPECT_EQ(client.level(105), 1);
  EXPECT_EQ(response.stream_id(), "");
  context.TryCancel();
}

TEST_F(LayerStreamsTest, OnlyItsCallerMovesAStream) {
  harness_.authenticator.SetCaller("phone", "layers:read");
  grpc::ClientContext context;
  const auto reader = stub_->WatchLayer(&context, Watch(0, 9));
  v1::WatchLayerResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(Move("guess", 1, 2).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Move(response.stream_id(), 1, 2, "layers/flood").error_code(),
            grpc::StatusCode::NOT_FOUND);
  harness_.authenticator.SetCaller("", "layers:read");
  const grpc::Status status = Move(response.stream_id(), 1, 2);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_details(), HasSubstr("UNKNOWN_STREAM"));
  harness_.authenticator.SetCaller("phone", "layers:read:flood");
  EXPECT_EQ(Move(response.stream_id(), 1, 2).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  context.TryCancel();
}

TEST_F(LayerStreamsTest, SnapshotsAreCompressedAndDeltasAreNot) {
  grpc::ClientContext context;
  const auto reader = stub_->WatchLayer(&context, Watch(0, kRows));
  v1::WatchLayerResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.snapshot().rows(0).id_gaps_size(), kRows) << "and is read as ever";
  EXPECT_TRUE(HasMetric("citylayers_rpc_compressed_total 1"));
  Publish(2);
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.delta().rows(0).id_gaps_size(), kRows) << "as large";
  EXPECT_TRUE(HasMetric("citylayers_rpc_compressed_total 1"));
  context.TryCancel();
}

TEST_F(LayerStreamsTest, AClientThatDoesNotAcceptGzipGetsNone) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE);
  arguments.SetInt(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  const auto stub = v1::LayerService::NewStub(
      grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  const auto reader = stub->WatchLayer(&context, Watch(0, kRows));
  v1::WatchLayerResponse response;
  ASSERT_TRUE(reader->Read(&response)) << "it could not read a compressed message";
  EXPECT_EQ(response.snapshot().rows(0).id_gaps_size(), kRows);
  context.TryCancel();
}

TEST_F(LayerStreamsTest, ChangesAreAnsweredOnce) {
  v1::GetChangesRequest request;
  request.set_name("layers/traffic");
  v1::GetChangesResponse response;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(stub_->GetChanges(&context, request, &response).ok());
    EXPECT_TRUE(response.has_snapshot());
  }
  Publish(2);
  *request.mutable_resume() = response.resume();
  grpc::ClientContext context;
  ASSERT_TRUE(stub_->GetChanges(&context, request, &response).ok());
  EXPECT_EQ(response.delta().rows(0).id_gaps_size(), kRows);
}

/// A FollowLayers call.
class Following {
 public:
  Following(v1::LayerService::Stub& stub, const std::vector<std::string>& names)
      : stream_(stub.FollowLayers(&context_)) {
    v1::FollowLayersRequest request;
    for (const std::string& name : names) request.add_layers()->set_name(name);
    *request.mutable_view() = ToProto(ViewOfRows(0, 9));
    request.set_tick_ms(250);
    stream_->Write(request);
  }
  ~Following() { context_.TryCancel(); }

  bool Move(int west, int east) {
    v1::FollowLayersRequest request;
    *request.mutable_view() = ToProto(ViewOfRows(west, east));
    return stream_->Write(request);
  }
  void CloseRequests() { stream_->WritesDone(); }
  /// "traffic snapshot", ...; "" at the end.
  std::string Read() {
    v1::FollowLayersResponse response;
    if (!stream_->Read(&response)) return "";
    clients[response.name()].Apply(response);
    return StrCat(response.name().substr(7), response.has_snapshot() ? " snapshot"
                                             : response.has_delta()  ? " delta"
                                                                     : " heartbeat");
  }
  grpc::Status Finish() { return stream_->Finish(); }

  std::map<std::string, RowClient> clients;

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::FollowLayersRequest, v1::FollowLayersResponse>>
      stream_;
};

TEST_F(LayerStreamsTest, SeveralLayersOnOneStreamFollowTheView) {
  Following following(*stub_, {"layers/flood", "layers/traffic"});
  EXPECT_EQ(following.Read(), "flood snapshot");
  EXPECT_EQ(following.Read(), "traffic snapshot");
  ASSERT_TRUE(following.Move(100, 104));
  EXPECT_EQ(following.Read(), "flood delta");
  EXPECT_EQ(following.Read(), "traffic delta");
  EXPECT_EQ(following.clients["layers/traffic"].level(104), 1);
  EXPECT_EQ(following.clients["layers/traffic"].level(105), 0);
}

TEST_F(LayerStreamsTest, AClientThatHasClosedItsSideIsStillServed) {
  Following following(*stub_, {"layers/traffic"});
  following.CloseRequests();
  EXPECT_EQ(following.Read(), "traffic snapshot");
  Publish(2);
  EXPECT_EQ(following.Read(), "traffic delta");
}

TEST_F(LayerStreamsTest, TooManyRequestsEndTheStream) {
  Following following(*stub_, {"layers/traffic"});
  for (int i = 0; i < 20; ++i) following.Move(i, i);  // 5 per second are accepted
  while (!following.Read().empty()) {
  }
  const grpc::Status status = following.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("layers.follow_requests_per_s"));
  EXPECT_TRUE(runtime::FromGrpcStatus(status)
                  .GetPayload("type.googleapis.com/google.rpc.RetryInfo")
                  .has_value());
}

TEST_F(LayerStreamsTest, EachFollowedLayerNeedsItsScope) {
  harness_.authenticator.SetCaller("phone", "layers:read:flood");
  Following following(*stub_, {"layers/flood", "layers/traffic"});
  EXPECT_EQ(following.Read(), "");
  EXPECT_EQ(following.Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(LayerStreamsTest, ACallWithoutARequestIsRefused) {
  grpc::ClientContext context;
  const auto stream = stub_->FollowLayers(&context);
  stream->WritesDone();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

class AgingStreamsTest : public LayerStreamsTest {
 protected:
  AgingStreamsTest() : LayerStreamsTest({.stream_ends = {.age_max = absl::Milliseconds(100)}}) {}
};

TEST_F(AgingStreamsTest, AStreamEndsAtItsAgeAndTellsWhereToResume) {
  grpc::ClientContext context;
  const auto reader = stub_->WatchLayer(&context, Watch(0, 9));
  v1::WatchLayerResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_FALSE(reader->Read(&response));
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(runtime::IsStreamAge(status)) << status.error_message();
  const absl::Status details = runtime::FromGrpcStatus(status);
  EXPECT_TRUE(details.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  v1::StreamEnd end;
  ASSERT_TRUE(end.ParseFromString(std::string(
      details.GetPayload("type.googleapis.com/citylayers.layers.v1.StreamEnd").value())));
  EXPECT_EQ(end.positions(0).name(), "layers/traffic");
  EXPECT_EQ(end.positions(0).resume().version().counter(), 1U);
}

// The followers of other processes, over TCP.
TEST_F(AgingStreamsTest, AFollowerOpensAnAgedStreamAgainAndReportsNoOutage) {
  std::atomic<int> snapshots{0};
  std::atomic<int> ends{0};
  {
    runtime::WatchThread follower(
        "a follower",
        [this](grpc::ClientContext& context) { return stub_->WatchLayer(&context, Watch(0, 9)); },
        [&snapshots](const v1::WatchLayerResponse& response) {
          if (response.has_snapshot()) ++snapshots;
        },
        [&ends](const grpc::Status&) { ++ends; });
    EXPECT_TRUE(test::Eventually([&] { return snapshots >= 4; }));
    EXPECT_EQ(ends, 0);
  }
  EXPECT_TRUE(HasMetric("citylayers_rpc_streams_aged_total"));
}

TEST_F(AgingStreamsTest, WithinTheProcessStreamsDoNotAge) {
  const auto stub = v1::LayerService::NewStub(server_->InProcessChannel({}));
  grpc::ClientContext context;
  const auto inside = stub->WatchLayer(&context, Watch(0, 9));
  v1::WatchLayerResponse response;
  ASSERT_TRUE(inside->Read(&response));
  grpc::ClientContext tcp_context;  // one that ages meanwhile
  const auto outside = stub_->WatchLayer(&tcp_context, Watch(0, 9));
  while (outside->Read(&response)) {
  }
  EXPECT_TRUE(runtime::IsStreamAge(outside->Finish()));
  Publish(2);
  ASSERT_TRUE(inside->Read(&response));
  EXPECT_TRUE(response.has_delta());
  context.TryCancel();
}

}  // namespace
}  // namespace citylayers::layers
