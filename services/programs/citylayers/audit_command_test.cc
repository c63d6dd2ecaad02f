// Tests of `citylayers alerts verify-audit` with a small server in this process.
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "citylayers/alerts/v1/alert_service.grpc.pb.h"
#include "services/programs/citylayers/commands.h"

namespace citylayers::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

// Two pages: the trail of alerts/2 begins on the first and ends on the second.
class FakeTrails final : public alerts::v1::AlertService::Service {
 public:
  grpc::Status VerifyAuditTrail(grpc::ServerContext*,
                                const alerts::v1::VerifyAuditTrailRequest* request,
                                alerts::v1::VerifyAuditTrailResponse* response) override {
    requested = request->name();
    if (request->page_token().empty()) {
      AddTrail(1, 2, 2, "aa11", response);
      AddTrail(2, 1, 1, "bb11", response);
      response->set_next_page_token("2");
      return grpc::Status::OK;
    }
    AddTrail(2, 3, 4, "bb44", response);
    if (is_damaged) {
      alerts::v1::AuditTrailDamage* damage = AddTrail(3, 1, 0, "", response)->mutable_damage();
      damage->set_sequence(1);
      damage->set_reason("line 1 was changed");
    }
    return grpc::Status::OK;
  }

  bool is_damaged = false;
  std::string requested;

 private:
  static alerts::v1::AuditTrailCheck* AddTrail(int id, int events, int last,
                                               const std::string& hash,
                                               alerts::v1::VerifyAuditTrailResponse* response) {
    alerts::v1::AuditTrailCheck* trail = response->add_trails();
    trail->set_alert("alerts/" + std::to_string(id));
    trail->set_events_checked(events);
    trail->set_last_sequence(last);
    trail->set_head_hash(hash);
    return trail;
  }
};

class AuditCommandTest : public testing::Test {
 protected:
  AuditCommandTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&trails_);
    server_ = builder.BuildAndStart();
    address_ = "127.0.0.1:" + std::to_string(port);
  }

  // Returns the exit code; `out_` and `err_` are what was printed.
  int Run(std::vector<std::string> more = {}) {
    std::vector<std::string> args = {"citylayers", "alerts", "verify-audit", "--server", address_};
    args.insert(args.end(), more.begin(), more.end());
    std::vector<const char*> argv;
    for (const std::string& arg : args) argv.push_back(arg.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int exit_code = RunCommandLine(static_cast<int>(argv.size()), argv.data());
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return exit_code;
  }

  FakeTrails trails_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  std::string out_;
  std::string err_;
};

TEST_F(AuditCommandTest, IntactTrailsAreListedWithTheirHeads) {
  EXPECT_EQ(Run(), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("alerts/1"));
  EXPECT_THAT(out_, HasSubstr("intact"));
  EXPECT_THAT(out_, HasSubstr("bb44"));
  EXPECT_THAT(out_, Not(HasSubstr("bb11"))) << "the first part of a trail on two pages";
  EXPECT_THAT(err_, HasSubstr("6 events of 2 audit trails verified"));
}

TEST_F(AuditCommandTest, ADamagedTrailEndsWithExitCodeOneAndTheReason) {
  trails_.is_damaged = true;
  EXPECT_EQ(Run(), 1);
  EXPECT_THAT(out_, HasSubstr("line 1 was changed"));
  EXPECT_THAT(err_, HasSubstr("1 audit trail is damaged, the first is that of alerts/3: "
                              "line 1 was changed"));
}

TEST_F(AuditCommandTest, JsonHasWholeTrailsWithDamage) {
  trails_.is_damaged = true;
  EXPECT_EQ(Run({"--format", "json"}), 1);
  const Json trails = Json::parse(out_);
  ASSERT_EQ(trails.size(), 3u);
  EXPECT_EQ(trails[1]["alert"], "alerts/2");
  EXPECT_EQ(trails[1]["eventsChecked"], 4);
  EXPECT_EQ(trails[1]["lastSequence"], 4);
  EXPECT_EQ(trails[1]["headHash"], "bb44");
  EXPECT_EQ(trails[2]["damage"]["sequence"], 1);
}

TEST_F(AuditCommandTest, ATableThatIsCutStillHasTheDamage) {
  trails_.is_damaged = true;
  EXPECT_EQ(Run({"--limit", "1"}), 1);
  EXPECT_THAT(out_, Not(HasSubstr("alerts/2")));
  EXPECT_THAT(out_, HasSubstr("alerts/3"));
  EXPECT_THAT(err_, HasSubstr("there are more"));
}

TEST_F(AuditCommandTest, OneAlertIsNamedByItsIdOrItsName) {
  Run({"17"});
  EXPECT_EQ(trails_.requested, "alerts/17");
  EXPECT_EQ(Run({"--format", "geojson"}), 2);
}

}  // namespace
}  // namespace citylayers::cli
