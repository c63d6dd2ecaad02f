// The port of a process with the options of connections: ages, idle times and pings.
#include "services/runtime/rpc/grpc_port.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "services/runtime/executor.h"
#include "services/runtime/memory_budget.h"
#include "services/runtime/rpc/call_adapter.h"
#include "services/runtime/server_options.h"
#include "services/runtime/timer.h"
#include "tests/support/call_adapter_fixture.h"
#include "tests/support/eventually.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

class GrpcPortTest : public ::testing::Test {
 protected:
  void Open(std::map<std::string, std::string> flags) {
    Config config = Config::Load(ServerOptions({}), {.flags = std::move(flags)}).value();
    port_ = GrpcPort::Open({"127.0.0.1", 0}, {.services = {&service_}}, config, memory_, metrics_)
                .value();
  }
  ~GrpcPortTest() override {
    if (port_ == nullptr) return;
    port_->StopListening();
    EXPECT_TRUE(port_->Shutdown(absl::Now() + absl::Seconds(1)));
  }
  std::unique_ptr<ClockService::Stub> Connect(const grpc::ChannelArguments& arguments = {}) {
    return ClockService::NewStub(grpc::CreateCustomChannel(
        port_->address().ToString(), grpc::InsecureChannelCredentials(), arguments));
  }
  bool HasMetric(const std::string& line) {
    return test::Eventually([&] { return metrics_.Serialize().find(line) != std::string::npos; });
  }

  Metrics metrics_;
  Timer timer_;
  Executor executor_{2, 8};
  SetAuthenticator authenticator_;
  CallAdapter calls_{{}, executor_, timer_, metrics_, authenticator_};
  TestService service_{calls_};
  MemoryBudget memory_{std::size_t{512} << 20};
  std::unique_ptr<GrpcPort> port_;
};

TEST_F(GrpcPortTest, AnIdleConnectionIsClosed) {
  Open({{"grpc.connection_idle_max", "200ms"}});
  service_.get_clock = [](const Call&) { return GetClockResponse(); };
  const auto stub = Connect();
  grpc::ClientContext context;
  GetClockResponse response;
  ASSERT_TRUE(stub->GetClock(&context, {}, &response).ok());
  EXPECT_TRUE(HasMetric("citylayers_grpc_connections_closed_total 1"));
  EXPECT_TRUE(HasMetric("citylayers_grpc_connections 0"));
  grpc::ClientContext again;
  again.set_wait_for_ready(true);
  EXPECT_TRUE(stub->GetClock(&again, {}, &response).ok()) << "and opened again when it is needed";
}

TEST_F(GrpcPortTest, AnAgedConnectionIsCutAfterItsGrace) {
  // The age of the port only: this call adapter knows none, and its streams do not end themselves.
  Open({{"grpc.connection_age_max", "200ms"}, {"grpc.connection_age_grace", "100ms"}});
  service_.wait = absl::Hours(1);
  const auto stub = Connect();
  grpc::ClientContext context;
  const auto reader = stub->WatchClock(&context, {});
  WatchClockResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(HasMetric("citylayers_grpc_connections_closed_total 1"));
}

// By default the limit is 5 s, and a client that pings each 10 s is not cut; here 1 s and 1.5 s.
TEST_F(GrpcPortTest, AClientThatPingsLessOftenThanTheMinimumIsNotCut) {
  Open({{"grpc.keepalive_min", "1s"}});
  service_.wait = absl::Hours(1);
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 1500);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  const auto stub = Connect(arguments);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(8));
  const auto reader = stub->WatchClock(&context, {});
  WatchClockResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED)
      << "five pings, of which three too many would have cut it";
}

TEST_F(GrpcPortTest, AClientThatPingsTooOftenIsCut) {
  Open({{"grpc.keepalive_min", "3600s"}});
  service_.wait = absl::Hours(1);
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 1000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  const auto stub = Connect(arguments);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  const auto reader = stub->WatchClock(&context, {});
  WatchClockResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace citylayers::runtime
