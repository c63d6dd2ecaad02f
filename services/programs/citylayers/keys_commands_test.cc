// Tests of `citylayers keys`, and of the key that commands send, with a small server in this
// process.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <stdlib.h>
#include <sys/stat.h>

#include "citylayers/access/v1/key_service.grpc.pb.h"
#include "proto/support/proto_time.h"
#include "services/access/api_key.h"
#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/key_file.h"
#include "services/programs/citylayers/program.h"

namespace citylayers::cli {
namespace {

using access::v1::Key;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

constexpr char kText[] = "clk_aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
constexpr char kSent[] = "clk_cccccccccccc_dddddddddddddddddddddddddddddddd";
constexpr char kOther[] = "clk_eeeeeeeeeeee_ffffffffffffffffffffffffffffffff";

// Records requests and the header `authorization`.
class FakeKeys final : public access::v1::KeyService::Service {
 public:
  grpc::Status CreateKey(grpc::ServerContext* context, const access::v1::CreateKeyRequest* request,
                         access::v1::CreateKeyResponse* response) override {
    created = *request;
    FillKey(request->principal(), response->mutable_key());
    *response->mutable_key()->mutable_scopes() = request->scopes();
    response->set_key_text(kText);
    return Record(*context);
  }

  grpc::Status ListKeys(grpc::ServerContext* context, const access::v1::ListKeysRequest*,
                        access::v1::ListKeysResponse* response) override {
    FillKey("lan", response->add_keys());
    FillKey("gateway", response->add_keys());
    *response->mutable_keys(1)->mutable_revoke_time() = ToProtoTime(absl::Now());
    return Record(*context);
  }

  grpc::Status RotateKey(grpc::ServerContext* context, const access::v1::RotateKeyRequest* request,
                         access::v1::RotateKeyResponse* response) override {
    rotated = *request;
    FillKey("lan", response->mutable_key());
    if (request->has_overlap()) {
      *response->mutable_key()->mutable_overlap_end_time() =
          ToProtoTime(absl::FromUnixSeconds(1762426800));
    }
    response->set_key_text(kText);
    return Record(*context);
  }

  grpc::Status RevokeKey(grpc::ServerContext* context, const access::v1::RevokeKeyRequest* request,
                         access::v1::RevokeKeyResponse* response) override {
    revoked = request->name();
    FillKey("lan", response->mutable_key());
    *response->mutable_key()->mutable_revoke_time() = ToProtoTime(absl::Now());
    return Record(*context);
  }

  access::v1::CreateKeyRequest created;
  access::v1::RotateKeyRequest rotated;
  std::string revoked;
  std::string authorization;
  grpc::Status answer = grpc::Status::OK;

 private:
  static void FillKey(const std::string& principal, Key* key) {
    key->set_name("keys/aaaaaaaaaaaa");
    key->set_principal(principal);
    key->add_scopes("admin");
    *key->mutable_create_time() = ToProtoTime(absl::FromUnixSeconds(1762426800));
  }

  grpc::Status Record(const grpc::ServerContext& context) {
    authorization.clear();
    const auto found = context.client_metadata().find("authorization");
    if (found != context.client_metadata().end()) {
      authorization.assign(found->second.data(), found->second.size());
    }
    return answer;
  }
};

class KeysCommandsTest : public testing::Test {
 protected:
  KeysCommandsTest() {
    unsetenv("CITYLAYERS_KEY");
    unsetenv("CITYLAYERS_KEY_FILE");
    char folder[] = "/tmp/citylayers-keys-XXXXXX";
    folder_ = mkdtemp(folder);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&keys_);
    server_ = builder.BuildAndStart();
    address_ = "127.0.0.1:" + std::to_string(port);
  }

  ~KeysCommandsTest() override {
    unsetenv("CITYLAYERS_KEY");
    unsetenv("CITYLAYERS_KEY_FILE");
    std::filesystem::remove_all(folder_);
  }

  // Returns the exit code; `out_` and `err_` are what was printed.
  int Run(std::vector<std::string> args) {
    args.insert(args.begin(), {"citylayers", "--server", address_});
    std::vector<const char*> argv;
    for (const std::string& arg : args) argv.push_back(arg.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int exit_code = RunCommandLine(static_cast<int>(argv.size()), argv.data());
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return exit_code;
  }

  // Writes a key to a file of this mode and returns its path.
  std::string KeyFile(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = folder_ / name;
    std::ofstream(path) << text << "\n";
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return path;
  }

  std::filesystem::path folder_;
  FakeKeys keys_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  std::string out_;
  std::string err_;
};

TEST_F(KeysCommandsTest, ANewKeyHasTheLimitsThatAreGiven) {
  const std::vector<std::string> create = {"keys", "create",  "--principal",
                                           "x",    "--scope", "admin"};
  EXPECT_EQ(Run(create), 0) << err_;
  EXPECT_FALSE(keys_.created.has_limits());
  std::vector<std::string> limited = create;
  limited.insert(limited.end(), {"--calls-per-second", "50", "--streams-max", "0"});
  EXPECT_EQ(Run(limited), 0) << err_;
  EXPECT_EQ(keys_.created.limits().calls_per_second(), 50);
  EXPECT_TRUE(keys_.created.limits().has_streams_max()) << "0: no limit";
  EXPECT_FALSE(keys_.created.limits().has_readings_per_second());
  limited.back() = "-1";
  EXPECT_NE(Run(limited), 0);
}

TEST_F(KeysCommandsTest, ANewKeyIsAloneOnStdout) {
  EXPECT_EQ(Run({"keys", "create", "--principal", "gateway 7", "--scope", "readings:write",
                 "--scope", "layers:read:traffic", "--expires", "2099-01-01T00:00:00Z"}),
            0)
      << err_;
  EXPECT_EQ(out_, std::string(kText) + "\n");
  EXPECT_THAT(err_, HasSubstr("created keys/aaaaaaaaaaaa of gateway 7 (readings:write, "));
  EXPECT_THAT(err_, Not(HasSubstr("bbbb")));
  EXPECT_EQ(keys_.created.principal(), "gateway 7");
  EXPECT_THAT(keys_.created.scopes(), ElementsAre("readings:write", "layers:read:traffic"));
  EXPECT_EQ(FromProtoTime(keys_.created.expire_time()),
            absl::FromCivil(absl::CivilDay(2099, 1, 1), absl::UTCTimeZone()));
}

TEST_F(KeysCommandsTest, AWrongCommandLineCallsNoServer) {
  const std::vector<std::vector<std::string>> wrong = {
      {"keys"},
      {"keys", "create", "--scope", "admin"},
      {"keys", "create", "--principal", "lan"},
      {"keys", "create", "--principal", "lan", "--scope", "admin", "--expires", "1999"},
      {"keys", "create", "--principal", "lan", "--scope", "admin", "--format", "geojson"},
      {"keys", "rotate"},
      {"keys", "rotate", "a b"},
      {"keys", "rotate", "aaaaaaaaaaaa", "--overlap", "soon"},
      {"keys", "revoke", "alerts/17"},
      {"keys", "list", "--format", "geojson"},
      {"keys", "list", "--key", kSent},
      {"keys", "init"},
  };
  for (const auto& args : wrong) {
    EXPECT_EQ(Run(args), 2) << args.back() << ": " << err_;
    EXPECT_EQ(out_, "") << args.back();
  }
  EXPECT_EQ(keys_.created.principal(), "");
  EXPECT_EQ(keys_.rotated.name(), "");
}

TEST_F(KeysCommandsTest, AListHasNoSecrets) {
  EXPECT_EQ(Run({"keys", "list"}), 0) << err_;
  EXPECT_THAT(out_, StartsWith("ID"));
  EXPECT_THAT(out_, HasSubstr("aaaaaaaaaaaa  lan"));
  EXPECT_THAT(out_, HasSubstr("2025-11-06 18:00:00"));
  EXPECT_THAT(out_, HasSubstr("revoked"));
  EXPECT_EQ(Run({"keys", "list", "--format", "json"}), 0) << err_;
  const Json keys = Json::parse(out_);
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[1]["principal"], "gateway");
}

TEST_F(KeysCommandsTest, ARotationReportsTheEndOfTheFormerSecret) {
  EXPECT_EQ(Run({"keys", "rotate", "aaaaaaaaaaaa", "--overlap", "1d"}), 0) << err_;
  EXPECT_EQ(out_, std::string(kText) + "\n");
  EXPECT_THAT(err_, HasSubstr("the former secret is accepted until 2025-11-06 18:00:00"));
  EXPECT_EQ(keys_.rotated.name(), "keys/aaaaaaaaaaaa");
  EXPECT_EQ(keys_.rotated.overlap().seconds(), 86'400);
  EXPECT_FALSE(keys_.rotated.has_expire_time());
  EXPECT_EQ(Run({"keys", "rotate", "keys/aaaaaaaaaaaa", "--expires", "90d"}), 0) << err_;
  EXPECT_THAT(err_, HasSubstr("the former secret is no longer accepted"));
  EXPECT_FALSE(keys_.rotated.has_overlap());
  EXPECT_GT(FromProtoTime(keys_.rotated.expire_time()), absl::Now() + absl::Hours(89 * 24));
}

TEST_F(KeysCommandsTest, ARevokedKeyIsShown) {
  EXPECT_EQ(Run({"keys", "revoke", "aaaaaaaaaaaa"}), 0) << err_;
  EXPECT_EQ(keys_.revoked, "keys/aaaaaaaaaaaa");
  EXPECT_THAT(out_, HasSubstr("state        revoked"));
}

TEST_F(KeysCommandsTest, TheFirstKeyIsWrittenToANewFile) {
  const std::string data = folder_ / "data";
  const std::string path = folder_ / "admin.key";
  EXPECT_EQ(Run({"keys", "init", "--data", data, "--principal", "lan", "--key-file", path}), 0)
      << err_;
  EXPECT_EQ(out_, "");
  EXPECT_THAT(err_, HasSubstr("of lan"));
  const auto key = LoadKeyFile(path);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_THAT(err_, HasSubstr(key->id));
  EXPECT_THAT(err_, Not(HasSubstr(key->secret)));

  EXPECT_EQ(Run({"keys", "init", "--data", folder_ / "more", "--key-file", path}), 1);
  EXPECT_THAT(err_, HasSubstr("never replaced"));
  EXPECT_EQ(LoadKeyFile(path)->secret, key->secret);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "more"));
}

TEST_F(KeysCommandsTest, TheFirstKeyIsAloneOnStdout) {
  setenv("CITYLAYERS_KEY_FILE", "/no/such/file", 1);  // not read: the command is offline
  EXPECT_EQ(Run({"keys", "init", "--data", folder_ / "data"}), 0) << err_;
  EXPECT_TRUE(access::ApiKey::Parse(out_.substr(0, out_.find('\n'))).ok());
  EXPECT_EQ(out_.find('\n'), out_.size() - 1);
  EXPECT_THAT(err_, HasSubstr("of admin (admin; never expires)"));
}

TEST_F(KeysCommandsTest, CallsCarryTheKeyOfTheFirstSource) {
  EXPECT_EQ(Run({"keys", "list"}), 0) << err_;
  EXPECT_EQ(keys_.authorization, "");

  setenv("CITYLAYERS_KEY_FILE", KeyFile("key", kOther).c_str(), 1);
  EXPECT_EQ(Run({"keys", "list"}), 0) << err_;
  EXPECT_EQ(keys_.authorization, std::string("Bearer ") + kOther);

  setenv("CITYLAYERS_KEY", kText, 1);
  EXPECT_EQ(Run({"keys", "list"}), 0) << err_;
  EXPECT_EQ(keys_.authorization, std::string("Bearer ") + kText);

  EXPECT_EQ(Run({"keys", "list", "--key-file", KeyFile("sent", kSent)}), 0) << err_;
  EXPECT_EQ(keys_.authorization, std::string("Bearer ") + kSent);
}

TEST_F(KeysCommandsTest, AKeyFileOfOthersEndsTheCommandBeforeItsCall) {
  keys_.authorization = "not called";
  EXPECT_EQ(Run({"keys", "list", "--key-file", KeyFile("key", kSent, 0644)}), 1);
  EXPECT_THAT(err_, HasSubstr("chmod 600 "));
  EXPECT_THAT(err_, Not(HasSubstr("dddd")));
  EXPECT_EQ(keys_.authorization, "not called");
}

TEST_F(KeysCommandsTest, AKeyThatLeavesTheMachineIsReportedOnce) {
  setenv("CITYLAYERS_KEY", kText, 1);
  EXPECT_EQ(Run({"keys", "list"}), 0) << err_;
  EXPECT_EQ(err_, "") << "on loopback";

  // On Linux, connections to 0.0.0.0 reach this machine.
  address_ = "0.0.0.0" + address_.substr(address_.find(':'));
  EXPECT_EQ(Run({"keys", "list"}), 0) << err_;
  EXPECT_EQ(err_, "citylayers: warning: the key crosses the network to " + address_ +
                      " as readable text: use TLS (--tls), or an SSH tunnel\n");
  unsetenv("CITYLAYERS_KEY");
  EXPECT_EQ(Run({"keys", "list"}), 0) << err_;
  EXPECT_EQ(err_, "") << "without a key";

  setenv("CITYLAYERS_KEY", kText, 1);
  CLI::App app;
  Program program(app);
  ASSERT_TRUE(program.LoadKey().ok());
  testing::internal::CaptureStderr();
  for (const char* server : {"192.0.2.1:1", "192.0.2.1:1", "192.0.2.2:1"}) {
    EXPECT_NE(program.ChannelTo(server), nullptr);
  }
  const std::string once = testing::internal::GetCapturedStderr();
  EXPECT_THAT(once, HasSubstr("192.0.2.1:1"));
  EXPECT_EQ(std::count(once.begin(), once.end(), '\n'), 1) << once;
}

TEST_F(KeysCommandsTest, ARefusedCallerLearnsHowToGiveAKey) {
  keys_.answer = {grpc::StatusCode::UNAUTHENTICATED, "this needs an API key"};
  EXPECT_EQ(Run({"keys", "list"}), 1);
  EXPECT_EQ(err_, "citylayers: this needs an API key (UNAUTHENTICATED, server " + address_ +
                      "); give a key with --key-file FILE or CITYLAYERS_KEY\n");
  keys_.answer = {grpc::StatusCode::PERMISSION_DENIED, "this needs the scope admin"};
  setenv("CITYLAYERS_KEY", kText, 1);
  EXPECT_EQ(Run({"keys", "list"}), 1);
  EXPECT_THAT(err_, HasSubstr("the key of CITYLAYERS_KEY was sent: give another key"));
}

TEST_F(KeysCommandsTest, HelpStatesWhyNoOptionTakesAKey) {
  EXPECT_EQ(Run({"--help"}), 0);
  EXPECT_THAT(out_, HasSubstr("process lists"));
}

}  // namespace
}  // namespace citylayers::cli
