// Phones on a mobile network: after each fault, a phone's state equals a fresh snapshot.
//
// Time is compressed: a heartbeat of 1 s stands for 60 s, a keepalive of 1 s with 3 s for the
// answer for 30 s with 10 s, and an outage of 1.5 s for 30 s. The network's delay, jitter and loss
// are those of the real one, so that these times cannot be shorter. A phone must be right again
// within 60 s, at most; the test records the time.
#include <algorithm>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "citylayers/client/channel.h"
#include "services/layers/layer_service.h"
#include "tests/phones/phone.h"
#include "tests/support/call_harness.h"
#include "tests/support/link_emulator.h"
#include "tests/support/row_layer.h"

namespace citylayers::phones {
namespace {

using layers::ViewOfRows;
using test::LinkEmulator;

constexpr int kRows = 150;  // one per degree
constexpr absl::Duration kLimit = absl::Seconds(60);
const LinkEmulator::Conditions kMobile{
    .rtt = absl::Milliseconds(300), .rtt_jitter = absl::Milliseconds(200), .loss = 0.03};

class PhonesTest : public ::testing::Test {
 protected:
  explicit PhonesTest(runtime::CallOptions options = {.compress_above = 1024})
      : harness_(std::move(options)) {
    catalog_.Add(layer_);
    Change();
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    // As services/runtime/rpc/grpc_port.cc, with compressed time.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 200);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    link_ = std::make_unique<LinkEmulator>(kMobile, "127.0.0.1", static_cast<std::uint16_t>(port),
                                           /*seed=*/20261129);
    wire_ = layers::v1::LayerService::NewStub(client::MakeChannel(StrCat("127.0.0.1:", port)));
    phone_ = MakePhone();
  }
  ~PhonesTest() override {
    phone_.reset();
    server_->Shutdown(absl::ToChronoTime(absl::Now() + absl::Seconds(5)));
  }
  std::unique_ptr<Phone> MakePhone() {
    return std::make_unique<Phone>(
        client::MakeChannel(link_->address(), {.keepalive = absl::Seconds(1),
                                               .keepalive_timeout = absl::Seconds(3),
                                               .connect_timeout = absl::Seconds(5)}),
        Phone::Options{.layer = "layers/rows", .tick_ms = 250, .heartbeat_ms = 1000}, view_);
  }

  /// Changes a twentieth of the rows.
  void Change() {
    for (int i = 0; i < kRows / 20; ++i) {
      levels_[random_() % kRows] = static_cast<std::int32_t>(random_() % 5);
    }
    layer_->Publish(levels_);
  }
  void MoveTo(int west, int east) {
    west_ = west;
    east_ = east;
    view_ = layers::ToProto(ViewOfRows(west, east));
    phone_->MoveTo(view_);
  }
  /// Changes the layer and expects the phone to hold what a fresh snapshot has.
  void ExpectEqual(const std::string& after) {
    Change();
    const auto fresh = FreshSnapshot(*wire_, "layers/rows", view_);
    ASSERT_TRUE(fresh.ok()) << fresh.status();
    const absl::Time begin = absl::Now();
    const auto state = phone_->WaitFor(fresh->snapshot().version(), view_, kLimit);
    ASSERT_TRUE(state.has_value()) << "no state " << kLimit << " after: " << after;
    std::vector<std::uint32_t> in_view(static_cast<std::size_t>(east_ - west_ + 1));
    std::iota(in_view.begin(), in_view.end(), static_cast<std::uint32_t>(west_));
    EXPECT_EQ(Difference(*state, fresh->snapshot(), in_view), "") << "after: " << after;
    RecordProperty(after, absl::FormatDuration(absl::Now() - begin));
  }

  std::mt19937 random_{20261129};
  std::vector<std::int32_t> levels_ = std::vector<std::int32_t>(kRows, 1);
  const std::shared_ptr<layers::RowLayer> layer_ = std::make_shared<layers::RowLayer>(kRows);
  int west_ = 0;
  int east_ = 59;
  layers::v1::View view_ = layers::ToProto(ViewOfRows(0, 59));
  runtime::CallHarness harness_;
  layers::LayerCatalog catalog_;
  layers::LayerServiceImpl service_{{.watch = {}}, catalog_, harness_.calls};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<LinkEmulator> link_;
  std::unique_ptr<layers::v1::LayerService::Stub> wire_;  // without the link
  std::unique_ptr<Phone> phone_;
};

TEST_F(PhonesTest, DelayJitterAndLoss) {
  ExpectEqual("the start");
  for (int i = 0; i < 3; ++i) ExpectEqual("changes");
  EXPECT_EQ(phone_->counts().streams, 1) << "delay and loss break nothing";
  EXPECT_EQ(phone_->counts().snapshots, 1);
}

TEST_F(PhonesTest, AnOutageHealsWithoutASnapshot) {
  ExpectEqual("the start");
  link_->SetOutage(true);
  for (int i = 0; i < 6; ++i) Change();
  const auto fresh = FreshSnapshot(*wire_, "layers/rows", view_);
  ASSERT_TRUE(fresh.ok());
  EXPECT_FALSE(
      phone_->WaitFor(fresh->snapshot().version(), view_, absl::Milliseconds(1500)).has_value())
      << "nothing passes";
  link_->SetOutage(false);
  ExpectEqual("an outage");
  EXPECT_EQ(phone_->counts().snapshots, 1);
  EXPECT_EQ(phone_->counts().gaps, 0);
}

TEST_F(PhonesTest, ABlackHoleIsFoundByPings) {
  ExpectEqual("the start");
  link_->BlackHole();
  ExpectEqual("a black hole");
  EXPECT_GE(link_->bytes().connections, 2);
  EXPECT_EQ(phone_->counts().snapshots, 1) << "it resumes";
}

TEST_F(PhonesTest, AnAddressChanges) {
  ExpectEqual("the start");
  for (int i = 0; i < 3; ++i) {
    link_->ChangeAddress();
    ExpectEqual("a change of address");
  }
  EXPECT_EQ(phone_->counts().snapshots, 1);
}

TEST_F(PhonesTest, TheViewMovesOnABadNetwork) {
  ExpectEqual("the start");
  for (const auto& [west, east] : std::vector<std::pair<int, int>>{{30, 89}, {0, 40}, {90, 149}}) {
    MoveTo(west, east);
    ExpectEqual("a move");
  }
  MoveTo(60, 119);
  link_->ChangeAddress();
  ExpectEqual("a move and a change of address");
  link_->BlackHole();
  MoveTo(10, 69);
  ExpectEqual("a move in a black hole");
  EXPECT_EQ(phone_->counts().gaps, 0);
}

TEST_F(PhonesTest, AnyMixtureOfFaults) {
  for (int i = 0; i < 8; ++i) {
    switch (random_() % 4) {
      case 0:
        link_->BlackHole();
        break;
      case 1:
        link_->ChangeAddress();
        break;
      case 2:
        link_->SetOutage(true);
        Change();
        link_->SetOutage(false);
        break;
      default:
        MoveTo(static_cast<int>(random_() % 100), 100 + static_cast<int>(random_() % 50));
    }
    ExpectEqual("a mixture");
  }
  EXPECT_EQ(phone_->counts().gaps, 0);
}

class AgingPhonesTest : public PhonesTest {
 protected:
  AgingPhonesTest()
      : PhonesTest({.stream_ends = {.age_max = absl::Seconds(1)}, .compress_above = 1024}) {}
};

TEST_F(AgingPhonesTest, StreamsThatAgeAreContinued) {
  ExpectEqual("the start");
  while (phone_->counts().streams < 4) ExpectEqual("an age");
  EXPECT_EQ(phone_->counts().snapshots, 1);
  EXPECT_EQ(phone_->counts().gaps, 0);
}

}  // namespace
}  // namespace citylayers::phones
