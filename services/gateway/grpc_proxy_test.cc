// Tests of the gRPC proxy with small backends.
#include "services/gateway/grpc_proxy.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"
#include "services/gateway/rpc_codec.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using ::testing::HasSubstr;

TEST(GrpcFront, PassesUnaryCallsWithMetadataAndErrors) {
  FakeCity city;
  const auto channel = city.FrontChannel();
  const auto layers = layers::v1::LayerService::NewStub(channel);
  grpc::ClientContext context;
  layers::v1::GetLayerRequest request;
  request.set_name("layers/traffic");
  layers::v1::GetLayerResponse response;
  ASSERT_TRUE(layers->GetLayer(&context, request, &response).ok());
  EXPECT_EQ(response.layer().pack_id(), "pack1");
  EXPECT_EQ(context.GetServerInitialMetadata().count("x-served-by"), 1u);
  EXPECT_EQ(context.GetServerTrailingMetadata().count("x-cost"), 1u);

  grpc::ClientContext list_context;
  layers::v1::ListLayersResponse list;
  ASSERT_TRUE(layers->ListLayers(&list_context, {}, &list).ok());
  EXPECT_EQ(list.layers_size(), 3);

  const auto alerts = alerts::v1::AlertService::NewStub(channel);
  grpc::ClientContext missing_context;
  alerts::v1::GetAlertRequest missing;
  missing.set_name("alerts/9");
  alerts::v1::GetAlertResponse none;
  const grpc::Status status = alerts->GetAlert(&missing_context, missing, &none);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_details(), HasSubstr("NO_ALERT"));
}

// A HEADERS frame of stream 1 for GetLayer with one additional header, as a client without checks
// sends it; then its message.
std::string RawCall(std::string_view name, std::string_view value) {
  const auto field = [](std::string_view key, std::string_view text) {
    return StrCat(std::string(1, '\0'), std::string(1, static_cast<char>(key.size())), key,
                  std::string(1, static_cast<char>(text.size())), text);
  };
  const auto frame = [](char type, char flags, char stream, std::string_view payload) {
    const std::string head{0,
                           static_cast<char>(payload.size() >> 8),
                           static_cast<char>(payload.size()),
                           type,
                           flags,
                           0,
                           0,
                           0,
                           stream};
    return StrCat(head, payload);
  };
  const std::string headers = StrCat(
      field(":method", "POST"), field(":scheme", "http"),
      field(":path", "/citylayers.layers.v1.LayerService/GetLayer"), field(":authority", "a"),
      field("content-type", "application/grpc"), field("te", "trailers"), field(name, value));
  layers::v1::GetLayerRequest request;
  request.set_name("layers/traffic");
  return StrCat("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", frame(4, 0, 0, ""), frame(1, 4, 1, headers),
                frame(0, 1, 1, Frame(0, request.SerializeAsString())));
}

TEST(GrpcFront, MetadataThatGrpcDoesNotAcceptIsRefusedOrLeftOut) {
  FakeCity city;
  (void)city.FrontChannel();
  const auto answer_of = [&](std::string_view name, std::string_view value,
                             std::string_view until) {
    runtime::TestClient client(city.front_port());
    client.Send(RawCall(name, value));
    return client.ReadUntil(until);
  };
  constexpr std::string_view kRefusal = "cannot be gRPC metadata";
  EXPECT_THAT(answer_of("x-name", "Nguy\u1ec5n", kRefusal), HasSubstr(kRefusal));
  EXPECT_THAT(answer_of("x-a!b", "1", kRefusal), HasSubstr(kRefusal));
  constexpr std::string_view kNoKey = "must have the form: Bearer KEY";
  EXPECT_THAT(answer_of("authorization", "a\tb", kNoKey), HasSubstr(kNoKey));
  constexpr std::string_view kServed = "x-served-by";
  EXPECT_THAT(answer_of("traceparent", "\x80", kServed), HasSubstr(kServed));
  EXPECT_THAT(answer_of("x-good", "1", kServed), HasSubstr(kServed));
}

TEST(GrpcFront, PassesStreamsBothWays) {
  FakeCity city;
  const auto channel = city.FrontChannel();
  const auto readings = readings::v1::ReadingService::NewStub(channel);
  grpc::ClientContext context;
  const auto stream = readings->StreamReadings(&context);
  for (std::uint64_t i = 1; i <= 100; ++i) {
    readings::v1::StreamReadingsRequest batch;
    batch.set_sequence(i);
    ASSERT_TRUE(stream->Write(batch));
    readings::v1::StreamReadingsResponse ack;
    ASSERT_TRUE(stream->Read(&ack));
    EXPECT_EQ(ack.sequence(), i);
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());

  const auto flood = flood::v1::FloodService::NewStub(channel);
  grpc::ClientContext export_context;
  const auto parts = flood->ExportDepth(&export_context, {});
  std::string all;
  flood::v1::ExportDepthResponse part;
  while (parts->Read(&part)) all += part.data();
  EXPECT_TRUE(parts->Finish().ok());
  EXPECT_EQ(all, "abc");
}

TEST(GrpcFront, PassesCancellationOn) {
  FakeCity city;
  layers::v1::WatchLayerResponse snapshot;
  snapshot.mutable_snapshot()->mutable_version()->set_counter(5);
  city.layers().SetScript({snapshot});
  const auto layers = layers::v1::LayerService::NewStub(city.FrontChannel());
  grpc::ClientContext context;
  layers::v1::WatchLayerRequest request;
  request.set_name("layers/traffic");
  const auto stream = layers->WatchLayer(&context, request);
  layers::v1::WatchLayerResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.snapshot().version().counter(), 5u);
  context.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST(GrpcFront, SaysWhatItDoesNotKnowAndWhatGoesRound) {
  FakeCity city;
  const auto channel = city.FrontChannel();
  const auto layers = layers::v1::LayerService::NewStub(channel);
  grpc::ClientContext context;
  layers::v1::GetLayerRequest request;
  request.set_name("layers/none");
  layers::v1::GetLayerResponse response;
  EXPECT_EQ(layers->GetLayer(&context, request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
  grpc::ClientContext round;
  round.AddMetadata(kPassedOnKey, "1");
  EXPECT_EQ(layers->GetLayer(&round, request, &response).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  grpc::ClientContext dead;
  dead.set_deadline(std::chrono::system_clock::now() - std::chrono::seconds(1));
  EXPECT_EQ(layers->GetLayer(&dead, request, &response).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
}

}  // namespace
}  // namespace citylayers::gateway
