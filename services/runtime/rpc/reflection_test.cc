#include "services/runtime/rpc/reflection.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "citylayers/layers/v1/layer_service.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"

namespace citylayers::runtime {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kService[] = "citylayers.layers.v1.LayerService";

// A server that lists one service, and one conversation with it.
template <typename Service, typename Request, typename Response>
class Talk {
 public:
  Talk() {
    grpc::ServerBuilder builder;
    reflection_.Register(builder);
    server_ = builder.BuildAndStart();
    stub_ = Service::NewStub(server_->InProcessChannel({}));
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    stream_ = stub_->ServerReflectionInfo(&context_);
  }
  ~Talk() {
    stream_->WritesDone();
    EXPECT_TRUE(stream_->Finish().ok());
    server_->Shutdown();
  }

  Response Ask(const Request& request) {
    Response response;
    EXPECT_TRUE(stream_->Write(request));
    EXPECT_TRUE(stream_->Read(&response));
    return response;
  }

 private:
  Reflection reflection_{{kService}};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<typename Service::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream_;
};

using Request = grpc::reflection::v1::ServerReflectionRequest;
using Response = grpc::reflection::v1::ServerReflectionResponse;
using TalkV1 = Talk<grpc::reflection::v1::ServerReflection, Request, Response>;
using RequestAlpha = grpc::reflection::v1alpha::ServerReflectionRequest;
using TalkAlpha = Talk<grpc::reflection::v1alpha::ServerReflection, RequestAlpha,
                       grpc::reflection::v1alpha::ServerReflectionResponse>;

template <typename List>
std::vector<std::string> Names(const List& list) {
  std::vector<std::string> names;
  for (const auto& service : list.service()) names.push_back(service.name());
  return names;
}

std::vector<std::string> Files(const Response& response) {
  std::vector<std::string> names;
  for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(file.ParseFromString(bytes));
    names.push_back(file.name());
  }
  return names;
}

TEST(Reflection, ListsWhatItWasGivenAndTheStandardOnesInBothVersions) {
  const auto all =
      ElementsAre(kService, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                  "grpc.reflection.v1alpha.ServerReflection");
  Request request;
  request.set_list_services("");
  EXPECT_THAT(Names(TalkV1().Ask(request).list_services_response()), all);
  RequestAlpha alpha;
  alpha.set_list_services("");
  EXPECT_THAT(Names(TalkAlpha().Ask(alpha).list_services_response()), all);
}

TEST(Reflection, DescribesASymbolWithAllThatItsFileImports) {
  // Links the schema, as a server that has the service does.
  ASSERT_NE(layers::v1::GetTileRequest::descriptor(), nullptr);
  TalkV1 talk;
  Request request;
  request.set_file_containing_symbol("citylayers.layers.v1.LayerService.WatchLayer");
  const std::vector<std::string> files = Files(talk.Ask(request));
  ASSERT_FALSE(files.empty());
  EXPECT_EQ(files.front(), "citylayers/layers/v1/layer_service.proto");
  EXPECT_THAT(files, Contains("citylayers/layers/v1/layers.proto"));
  EXPECT_THAT(files, Contains("google/protobuf/timestamp.proto"));

  request.set_file_by_filename("citylayers/layers/v1/layers.proto");
  EXPECT_EQ(Files(talk.Ask(request)).front(), "citylayers/layers/v1/layers.proto");
  request.set_file_containing_symbol("grpc.health.v1.Health");
  EXPECT_THAT(Files(talk.Ask(request)), ElementsAre("grpc/health/v1/health.proto"));
}

TEST(Reflection, SaysWhatItDoesNotKnowAndGoesOn) {
  TalkV1 talk;
  Request request;
  request.set_host("city");
  request.set_file_containing_symbol("citylayers.air.v1.AirService");
  const Response unknown = talk.Ask(request);
  EXPECT_EQ(unknown.error_response().error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(unknown.error_response().error_message(), HasSubstr("citylayers.air.v1.AirService"));
  EXPECT_EQ(unknown.valid_host(), "city");
  EXPECT_EQ(unknown.original_request().file_containing_symbol(), "citylayers.air.v1.AirService");

  EXPECT_EQ(talk.Ask(Request()).error_response().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_file_by_filename("air.proto");
  EXPECT_EQ(talk.Ask(request).error_response().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST(Reflection, AnswersAboutExtensionsOfOptions) {
  constexpr int kFieldBehavior = 1052, kFieldAccess = 50'802, kNone = 50'000;
  TalkV1 talk;
  Request request;
  request.set_all_extension_numbers_of_type("google.protobuf.FieldOptions");
  EXPECT_THAT(talk.Ask(request).all_extension_numbers_response().extension_number(),
              ElementsAre(kFieldBehavior, kFieldAccess));
  request.set_all_extension_numbers_of_type("google.protobuf.EnumOptions");
  EXPECT_THAT(talk.Ask(request).all_extension_numbers_response().extension_number(), IsEmpty());

  request.mutable_file_containing_extension()->set_containing_type("google.protobuf.FieldOptions");
  request.mutable_file_containing_extension()->set_extension_number(kFieldBehavior);
  EXPECT_EQ(Files(talk.Ask(request)).front(), "google/api/field_behavior.proto");
  request.mutable_file_containing_extension()->set_extension_number(kNone);
  EXPECT_EQ(talk.Ask(request).error_response().error_code(), grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace citylayers::runtime
