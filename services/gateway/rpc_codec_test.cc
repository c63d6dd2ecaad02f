#include "services/gateway/rpc_codec.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "citylayers/alerts/v1/alert_service.pb.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(FindMethod, KnowsTheMethodsOfServicesThatAreCompiledIn) {
  EXPECT_NE(FindMethod("citylayers.alerts.v1.AlertService", "GetCap"), nullptr);
  EXPECT_NE(FindMethod("citylayers.layers.v1.LayerService", "GetTile"), nullptr);
  EXPECT_EQ(FindMethod("citylayers.layers.v1.LayerService", "None"), nullptr);
  EXPECT_EQ(FindMethod("citylayers.layers.v1.Layer", "GetTile"), nullptr);
  EXPECT_EQ(FindMethod("", ""), nullptr);
}

TEST(Frame, HasTheBytesOfTheProtocol) {
  EXPECT_EQ(Frame(0, "abc"), std::string("\x00\x00\x00\x00\x03"
                                         "abc",
                                         8));
  EXPECT_EQ(Frame(kFlagEndStream, "{}"), std::string("\x02\x00\x00\x00\x02{}", 7));
  EXPECT_EQ(Frame(kFlagWebTrailers, "").substr(0, 1), "\x80");
  EXPECT_EQ(Frame(0, std::string(0x010203, 'x')).substr(0, 5),
            std::string("\x00\x00\x01\x02\x03", 5));
}

TEST(ReadFrames, ReadsWhatFrameWroteAndRefusesTheRest) {
  const std::string body = Frame(0, "one") + Frame(0, "") + Frame(0, "three");
  EXPECT_THAT(*ReadFrames(body), ElementsAre("one", "", "three"));
  for (std::size_t cut = 1; cut < 8; ++cut) {
    EXPECT_FALSE(ReadFrames(std::string_view(body).substr(0, cut)).ok()) << cut;
  }
  EXPECT_EQ(ReadFrames(Frame(kFlagCompressed, "x")).status().code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_FALSE(ReadFrames(std::string("\x00\xff\xff\xff\xff", 5)).ok()) << "a length of 4 GB";
}

TEST(DecodeRequest, TakesJsonAndProtoAndSaysWhatIsWrong) {
  const auto& method = *FindMethod("citylayers.alerts.v1.AlertService", "ListAlerts");
  alerts::v1::ListAlertsRequest request;
  ASSERT_TRUE(request.ParseFromString(
      *DecodeRequest(method, Codec::kJson, R"({"pageSize":5,"filter":"x","new_field":1})")));
  EXPECT_EQ(request.page_size(), 5);
  EXPECT_EQ(*DecodeRequest(method, Codec::kJson, ""), "") << "no body is the empty message";
  EXPECT_EQ(*DecodeRequest(method, Codec::kProto, request.SerializeAsString()),
            request.SerializeAsString());
  const auto wrong = DecodeRequest(method, Codec::kJson, R"({"pageSize":"many"})");
  EXPECT_THAT(std::string(wrong.status().message()), HasSubstr("ListAlertsRequest"));
  EXPECT_FALSE(DecodeRequest(method, Codec::kProto, "\xff\xff\xff").ok());
}

TEST(ConnectErrorJson, CarriesCodeMessageAndDetails) {
  const grpc::Status status = runtime::ToGrpcStatus(
      runtime::WithReason(absl::NotFoundError("no \"x\""), runtime::kReasonUnknownLayer));
  const std::string json = ConnectErrorJson(status);
  EXPECT_THAT(json, HasSubstr(R"({"code":"not_found","message":"no \"x\"","details":[)"));
  EXPECT_THAT(json, HasSubstr(R"("type":"google.rpc.ErrorInfo","value":")"));
  EXPECT_EQ(ConnectErrorJson(grpc::Status(grpc::StatusCode::CANCELLED, "")),
            R"({"code":"canceled"})");
}

TEST(ConnectEndStreamJson, IsEmptyWhenAllIsWell) {
  EXPECT_EQ(ConnectEndStreamJson(grpc::Status::OK, {}), "{}");
  EXPECT_EQ(ConnectEndStreamJson(grpc::Status(grpc::StatusCode::INTERNAL, "m"), {{"k", "v"}}),
            R"({"error":{"code":"internal","message":"m"},"metadata":{"k":["v"]}})");
}

TEST(WebTrailers, AreHeaderLinesWithAnEncodedMessage) {
  EXPECT_EQ(WebTrailers(grpc::Status::OK, {}), "grpc-status: 0\r\n");
  EXPECT_EQ(WebTrailers(grpc::Status(grpc::StatusCode::NOT_FOUND, "Ngập 100%"), {{"a", "b"}}),
            "grpc-status: 5\r\ngrpc-message: Ng%E1%BA%ADp 100%25\r\na: b\r\n");
}

TEST(ReadBase64, TakesBothAlphabetsPaddedOrNotInPieces) {
  EXPECT_EQ(ReadBase64("YWI="), "ab");
  EXPECT_EQ(ReadBase64("YWI"), "ab");
  EXPECT_EQ(ReadBase64("YWI=YWI="), "abab");
  EXPECT_EQ(ReadBase64("-_8"), "\xfb\xff");
  EXPECT_EQ(ReadBase64("+/8="), "\xfb\xff");
  EXPECT_EQ(ReadBase64("!"), std::nullopt);
  EXPECT_EQ(ReadBase64(""), "");
}

TEST(Timeouts, AreReadInBothNotations) {
  EXPECT_EQ(ReadConnectTimeout("1500"), absl::Milliseconds(1500));
  EXPECT_EQ(ReadConnectTimeout("12345678901"), std::nullopt);
  EXPECT_EQ(ReadConnectTimeout("-1"), std::nullopt);
  EXPECT_EQ(ReadGrpcTimeout("2S"), absl::Seconds(2));
  EXPECT_EQ(ReadGrpcTimeout("100m"), absl::Milliseconds(100));
  EXPECT_EQ(ReadGrpcTimeout("100"), std::nullopt);
  EXPECT_EQ(ReadGrpcTimeout(""), std::nullopt);
}

}  // namespace
}  // namespace citylayers::gateway
