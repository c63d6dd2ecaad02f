#include "services/keys/keys_module.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "citylayers/access/v1/key_service.grpc.pb.h"
#include "services/keys/key_codec.h"
#include "tests/support/module_process.h"
#include "tests/support/temp_dir.h"

namespace citylayers::keys {
namespace {

using runtime::OptionType;
using ::testing::HasSubstr;

std::vector<runtime::Option> Options(const std::string& data) {
  std::vector<runtime::Option> options = KeysModule().options;
  options.push_back({"server.data", OptionType::kString, data, "Data directory."});
  options.push_back({"server.data_access", OptionType::kString, "owner", "Who may read it."});
  options.push_back({"grpc.message_bytes_max", OptionType::kInt, "4000", "Largest message."});
  return options;
}

TEST(KeysModule, AllKeysFitIntoHalfOfAMessage) {
  const test::TempDir dir;
  test::ModuleProcess process(Options(dir / "data"));
  auto module = KeysModule().make(process.context());
  ASSERT_TRUE(module.ok()) << module.status();
  grpc::ServerBuilder builder;
  for (grpc::Service* service : (*module)->GrpcServices()) builder.RegisterService(service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const auto stub = v1::KeyService::NewStub(server->InProcessChannel({}));

  v1::CreateKeyRequest request;
  request.set_principal("gate 7");
  for (int i = 0; i < 50; ++i) request.add_scopes("readings:write");  // 800 bytes
  v1::CreateKeyResponse response;
  int made = 0;
  grpc::Status status;
  while (made < 5) {
    grpc::ClientContext context;
    status = stub->CreateKey(&context, request, &response);
    if (!status.ok()) break;
    ++made;
  }
  EXPECT_EQ(made, 2);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("more than 2000: use fewer"));
  server->Shutdown();
}

}  // namespace
}  // namespace citylayers::keys
