// Tests of keys with a server in this process that records the metadata of its calls.
#include "citylayers/client/key_interceptor.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "citylayers/client/call.h"
#include "citylayers/client/channel.h"
#include "citylayers/common/v1/clock_service.grpc.pb.h"

namespace citylayers::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Stub = common::v1::ClockService::Stub;
using Factories =
    std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>>;

// Records the credentials of the last call, as "name: value".
class RecordingClock final : public common::v1::ClockService::Service {
 public:
  grpc::Status GetClock(grpc::ServerContext* context, const common::v1::GetClockRequest*,
                        common::v1::GetClockResponse*) override {
    Record(*context);
    return grpc::Status::OK;
  }

  grpc::Status WatchClock(grpc::ServerContext* context, const common::v1::WatchClockRequest*,
                          grpc::ServerWriter<common::v1::WatchClockResponse>*) override {
    Record(*context);
    return grpc::Status::OK;
  }

  std::vector<std::string> credentials() {
    absl::MutexLock lock(&mutex_);
    return credentials_;
  }

 private:
  void Record(const grpc::ServerContext& context) {
    absl::MutexLock lock(&mutex_);
    credentials_.clear();
    for (const auto& [name, value] : context.client_metadata()) {
      if (name != "authorization" && name != "x-api-key") continue;
      credentials_.push_back(std::string(name.data(), name.size()) + ": " +
                             std::string(value.data(), value.size()));
    }
  }

  absl::Mutex mutex_;
  std::vector<std::string> credentials_;
};

class KeyInterceptorTest : public testing::Test {
 protected:
  KeyInterceptorTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&clock_);
    server_ = builder.BuildAndStart();
    address_ = "127.0.0.1:" + std::to_string(port);
  }

  std::unique_ptr<Stub> NewStub(const std::string& key) {
    return common::v1::ClockService::NewStub(MakeChannel(address_, {.api_key = key}));
  }

  // Calls with one more entry of metadata.
  static grpc::Status GetClockWith(Stub& stub, const std::string& name, const std::string& value) {
    grpc::ClientContext context;
    context.AddMetadata(name, value);
    common::v1::GetClockResponse response;
    return stub.GetClock(&context, {}, &response);
  }

  RecordingClock clock_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

TEST_F(KeyInterceptorTest, EachCallOfTheChannelHasTheKey) {
  const auto stub = NewStub("clk_a_b");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(Call(&Stub::GetClock, *stub, {}).ok());
    EXPECT_THAT(clock_.credentials(), ElementsAre("authorization: Bearer clk_a_b"));
  }
}

TEST_F(KeyInterceptorTest, StreamsHaveItAsWell) {
  const auto stub = NewStub("clk_a_b");
  grpc::ClientContext context;
  const auto reader = stub->WatchClock(&context, {});
  common::v1::WatchClockResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_THAT(clock_.credentials(), ElementsAre("authorization: Bearer clk_a_b"));
}

TEST_F(KeyInterceptorTest, WithoutAKeyNothingIsSent) {
  ASSERT_TRUE(Call(&Stub::GetClock, *NewStub(""), {}).ok());
  EXPECT_THAT(clock_.credentials(), IsEmpty());
}

TEST_F(KeyInterceptorTest, TheLineEndOfAFileIsNotSent) {
  ASSERT_TRUE(Call(&Stub::GetClock, *NewStub("clk_a_b\r\n"), {}).ok());
  EXPECT_THAT(clock_.credentials(), ElementsAre("authorization: Bearer clk_a_b"));
}

TEST_F(KeyInterceptorTest, BlanksAroundTheKeyAreNotSent) {
  ASSERT_TRUE(Call(&Stub::GetClock, *NewStub(" \t clk_a_b \n"), {}).ok());
  EXPECT_THAT(clock_.credentials(), ElementsAre("authorization: Bearer clk_a_b"));
}

TEST_F(KeyInterceptorTest, AKeyThatMetadataCannotCarryIsSentAsInvalid) {
  for (const std::string& key :
       {std::string("clk_a\nb"), std::string("clk_a\r\nx-api-key: b"), std::string("clk a"),
        std::string("clk_\0", 5), std::string("clk_\x7f"), std::string("khoá"),
        std::string("\xff\xfe"), std::string(" "), std::string("\n")}) {
    ASSERT_TRUE(Call(&Stub::GetClock, *NewStub(key), {}).ok()) << key;
    EXPECT_THAT(clock_.credentials(), ElementsAre("authorization: Bearer invalid")) << key;
  }
}

TEST_F(KeyInterceptorTest, AnEmptyKeyIsSentAsInvalid) {
  Factories factories;
  factories.push_back(MakeKeyInterceptor(""));
  const auto stub =
      common::v1::ClockService::NewStub(server_->experimental().InProcessChannelWithInterceptors(
          grpc::ChannelArguments(), std::move(factories)));
  ASSERT_TRUE(Call(&Stub::GetClock, *stub, {}).ok());
  EXPECT_THAT(clock_.credentials(), ElementsAre("authorization: Bearer invalid"));
}

TEST_F(KeyInterceptorTest, ACallWithItsOwnCredentialKeepsIt) {
  const auto stub = NewStub("clk_a_b");
  ASSERT_TRUE(GetClockWith(*stub, "authorization", "Bearer clk_c_d").ok());
  EXPECT_THAT(clock_.credentials(), ElementsAre("authorization: Bearer clk_c_d"));
  ASSERT_TRUE(GetClockWith(*stub, "x-api-key", "clk_e_f").ok());
  EXPECT_THAT(clock_.credentials(), ElementsAre("x-api-key: clk_e_f"));
  ASSERT_TRUE(GetClockWith(*stub, "x-request-id", "7").ok());
  EXPECT_THAT(clock_.credentials(), ElementsAre("authorization: Bearer clk_a_b"));
}

TEST_F(KeyInterceptorTest, ChannelsInTheProcessHaveIt) {
  Factories factories;
  factories.push_back(MakeKeyInterceptor("clk_a_b"));
  const auto stub =
      common::v1::ClockService::NewStub(server_->experimental().InProcessChannelWithInterceptors(
          grpc::ChannelArguments(), std::move(factories)));
  ASSERT_TRUE(Call(&Stub::GetClock, *stub, {}).ok());
  EXPECT_THAT(clock_.credentials(), ElementsAre("authorization: Bearer clk_a_b"));
}

}  // namespace
}  // namespace citylayers::client
