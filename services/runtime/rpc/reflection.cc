#include "services/runtime/rpc/reflection.h"

#include <algorithm>
#include <set>
#include <utility>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "base/strings.h"
#include "grpc/health/v1/health.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"

namespace citylayers::runtime {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;

const DescriptorPool& Pool() {
  // Generated code registers itself when it is linked, and it is linked only when it is used.
  static const Descriptor* const health = grpc::health::v1::HealthCheckRequest::descriptor();
  static_cast<void>(health);
  return *DescriptorPool::generated_pool();
}

// Adds `file`, then everything that it imports, each once.
void AddWithImports(const FileDescriptor* file, std::set<const FileDescriptor*>& added,
                    google::protobuf::RepeatedPtrField<std::string>* out) {
  if (!added.insert(file).second) return;
  FileDescriptorProto proto;
  file->CopyTo(&proto);
  *out->Add() = proto.SerializeAsString();
  for (int i = 0; i < file->dependency_count(); ++i) {
    AddWithImports(file->dependency(i), added, out);
  }
}

template <typename Response>
void SetError(grpc::StatusCode code, const std::string& message, Response& response) {
  response.mutable_error_response()->set_error_code(static_cast<int>(code));
  response.mutable_error_response()->set_error_message(message);
}

template <typename Response>
void SetFile(const FileDescriptor* file, const std::string& requested, Response& response) {
  if (file == nullptr) {
    return SetError(grpc::StatusCode::NOT_FOUND, StrCat("there is no ", requested, " here"),
                    response);
  }
  std::set<const FileDescriptor*> added;
  AddWithImports(file, added,
                 response.mutable_file_descriptor_response()->mutable_file_descriptor_proto());
}

template <typename Response>
void SetExtensionNumbers(const std::string& type_name, Response& response) {
  const Descriptor* type = Pool().FindMessageTypeByName(type_name);
  if (type == nullptr) {
    return SetError(grpc::StatusCode::NOT_FOUND, StrCat("there is no message ", type_name, " here"),
                    response);
  }
  std::vector<const FieldDescriptor*> extensions;
  Pool().FindAllExtensions(type, &extensions);
  auto& numbers = *response.mutable_all_extension_numbers_response();
  numbers.set_base_type_name(type_name);
  for (const FieldDescriptor* extension : extensions) {
    numbers.add_extension_number(extension->number());
  }
}

template <typename Request, typename Response>
void Answer(const Request& request, const std::vector<std::string>& services, Response& response) {
  response.Clear();
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case Request::kListServices:
      for (const std::string& service : services) {
        response.mutable_list_services_response()->add_service()->set_name(service);
      }
      return;
    case Request::kFileByFilename:
      return SetFile(Pool().FindFileByName(request.file_by_filename()),
                     StrCat("file ", request.file_by_filename()), response);
    case Request::kFileContainingSymbol:
      return SetFile(Pool().FindFileContainingSymbol(request.file_containing_symbol()),
                     StrCat("symbol ", request.file_containing_symbol()), response);
    case Request::kFileContainingExtension: {
      const auto& requested = request.file_containing_extension();
      const Descriptor* type = Pool().FindMessageTypeByName(requested.containing_type());
      const FieldDescriptor* extension =
          type == nullptr ? nullptr
                          : Pool().FindExtensionByNumber(type, requested.extension_number());
      return SetFile(
          extension == nullptr ? nullptr : extension->file(),
          StrCat("extension ", requested.extension_number(), " of ", requested.containing_type()),
          response);
    }
    case Request::kAllExtensionNumbersOfType:
      return SetExtensionNumbers(request.all_extension_numbers_of_type(), response);
    case Request::MESSAGE_REQUEST_NOT_SET:
      return SetError(grpc::StatusCode::INVALID_ARGUMENT, "the request is empty: set one field",
                      response);
  }
}

// A client's stream: one answer for each question, until the client half-closes.
template <typename Request, typename Response>
class Conversation final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  explicit Conversation(const std::vector<std::string>& services) : services_(services) {
    this->StartRead(&request_);
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return this->Finish(grpc::Status::OK);
    Answer(request_, services_, response_);
    this->StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return this->Finish(grpc::Status::OK);
    this->StartRead(&request_);
  }
  void OnDone() override { delete this; }

  const std::vector<std::string>& services_;
  Request request_;
  Response response_;
};

// The two versions differ only in their package.
template <typename Service, typename Request, typename Response>
class Version final : public Service::CallbackService {
 public:
  explicit Version(const std::vector<std::string>& services) : services_(services) {}

  grpc::ServerBidiReactor<Request, Response>* ServerReflectionInfo(
      grpc::CallbackServerContext* /*context*/) override {
    return new Conversation<Request, Response>(services_);
  }

 private:
  const std::vector<std::string>& services_;
};

namespace v1 = grpc::reflection::v1;
namespace v1alpha = grpc::reflection::v1alpha;
using Version1 =
    Version<v1::ServerReflection, v1::ServerReflectionRequest, v1::ServerReflectionResponse>;
using Version1Alpha = Version<v1alpha::ServerReflection, v1alpha::ServerReflectionRequest,
                              v1alpha::ServerReflectionResponse>;

std::vector<std::string> WithStandardServices(std::vector<std::string> services) {
  services.insert(services.end(),
                  {"grpc.health.v1.Health", v1::ServerReflection::service_full_name(),
                   v1alpha::ServerReflection::service_full_name()});
  std::sort(services.begin(), services.end());
  services.erase(std::unique(services.begin(), services.end()), services.end());
  return services;
}

}  // namespace

Reflection::Reflection(std::vector<std::string> services)
    : services_(WithStandardServices(std::move(services))) {
  versions_.push_back(std::make_unique<Version1>(services_));
  versions_.push_back(std::make_unique<Version1Alpha>(services_));
}

Reflection::~Reflection() = default;

void Reflection::Register(grpc::ServerBuilder& builder) {
  for (const std::unique_ptr<grpc::Service>& version : versions_) {
    builder.RegisterService(version.get());
  }
}

}  // namespace citylayers::runtime
