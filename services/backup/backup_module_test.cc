#include "services/backup/backup_module.h"

#include <filesystem>
#include <memory>
#include <optional>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "citylayers/backup/v1/backup_service.grpc.pb.h"
#include "storage/backup/backup_restore.h"
#include "tests/support/module_process.h"
#include "tests/support/temp_dir.h"

namespace citylayers::backup {
namespace {

using runtime::OptionType;
using ::testing::HasSubstr;

// A store without a file.
class EmptyStore final : public runtime::BackupSource {
 public:
  std::string name() const override { return "readings"; }
  std::uint64_t format() const override { return 1; }
  absl::StatusOr<storage::StoreCopy> Copy(const std::string& directory) override {
    std::filesystem::create_directories(directory);
    return storage::StoreCopy{.offset = 42, .identity = "id"};
  }
  absl::Status Check(const std::string&, const storage::StoreCopy&) const override {
    return absl::OkStatus();
  }
};

class BackupModuleTest : public testing::Test {
 protected:
  void Serve(const std::string& directory) {
    std::vector<runtime::Option> options = BackupModule().options;
    options.push_back({"server.data", OptionType::kString, dir_ / "data", "Data directory."});
    process_.emplace(options, std::map<std::string, std::string>{{"backup.directory", directory},
                                                                 {"backup.min_free_bytes", "0"}});
    registration_.emplace(process_->backups(), store_);
    auto module = BackupModule().make(process_->context());
    ASSERT_TRUE(module.ok()) << module.status();
    module_ = *std::move(module);
    ASSERT_TRUE(module_->Start().ok());
    grpc::ServerBuilder builder;
    for (grpc::Service* service : module_->GrpcServices()) builder.RegisterService(service);
    server_ = builder.BuildAndStart();
    stub_ = v1::BackupService::NewStub(server_->InProcessChannel({}));
  }
  ~BackupModuleTest() override {
    if (server_ != nullptr) server_->Shutdown();
    if (module_ != nullptr) module_->Stop();
    server_.reset();
    module_.reset();
    registration_.reset();
  }
  // The status, and the backup when it is OK.
  grpc::Status Create(const v1::CreateBackupRequest& request, v1::Backup* backup) {
    grpc::ClientContext context;
    const auto reader = stub_->CreateBackup(&context, request);
    v1::CreateBackupResponse response;
    while (reader->Read(&response)) {
      if (response.has_backup()) *backup = response.backup();
    }
    return reader->Finish();
  }

  const test::TempDir dir_;
  EmptyStore store_;
  std::optional<test::ModuleProcess> process_;
  std::optional<runtime::BackupSources::Registration> registration_;
  std::unique_ptr<runtime::Module> module_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::BackupService::Stub> stub_;
};

TEST_F(BackupModuleTest, MakesABackupOfTheStoresOfItsProcess) {
  Serve(dir_ / "backups");
  v1::Backup backup;
  const grpc::Status status = Create({}, &backup);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(backup.stores_size(), 1);
  EXPECT_EQ(backup.stores(0).name(), "readings");
  EXPECT_EQ(backup.stores(0).offset(), 42);
  EXPECT_TRUE(storage::OpenBackup(dir_ / "backups", backup.name()).ok());
}

TEST_F(BackupModuleTest, WithoutADirectoryItSaysWhatToSet) {
  Serve("");
  v1::Backup backup;
  const grpc::Status status = Create({}, &backup);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("backup.directory is not set"));
}

TEST_F(BackupModuleTest, ANegativeNumberToKeepIsRefused) {
  Serve(dir_ / "backups");
  v1::CreateBackupRequest request;
  request.set_keep_count(-1);
  v1::Backup backup;
  const grpc::Status status = Create(request, &backup);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("keep_count"));
}

TEST(BackupModule, ARelativeDirectoryIsRefusedAtTheStart) {
  const auto config =
      runtime::Config::Load(BackupModule().options, {.flags = {{"backup.directory", "backups"}}});
  const absl::Status status = BackupModule().check(*config);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("must be an absolute path"));
}

}  // namespace
}  // namespace citylayers::backup
