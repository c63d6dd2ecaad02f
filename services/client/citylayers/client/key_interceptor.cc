#include "citylayers/client/key_interceptor.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace citylayers::client {
namespace {

using grpc::experimental::InterceptionHookPoints;

constexpr char kAuthorization[] = "authorization";
constexpr char kApiKey[] = "x-api-key";
// Sent for a key that metadata cannot carry. It is not a key, so that every server refuses it.
constexpr char kInvalid[] = "invalid";

// gRPC aborts the process for metadata with other bytes. Blanks are excluded because keys have
// none.
bool CanBeSent(const std::string& key) {
  return !key.empty() && std::all_of(key.begin(), key.end(),
                                     [](unsigned char c) { return absl::ascii_isgraph(c); });
}

class KeyInterceptor final : public grpc::experimental::Interceptor {
 public:
  /// `value` is that of the factory, which its channel owns. A call holds its channel.
  explicit KeyInterceptor(const std::string& value) : value_(value) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      // Owned by the call's context, so that gRPC can refer to its texts until the call ends.
      std::multimap<std::string, std::string>& metadata = *methods->GetSendInitialMetadata();
      if (metadata.count(kAuthorization) == 0 && metadata.count(kApiKey) == 0) {
        metadata.emplace(kAuthorization, value_);
      }
    }
    methods->Proceed();
  }

 private:
  const std::string& value_;
};

class KeyInterceptorFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit KeyInterceptorFactory(std::string value) : value_(std::move(value)) {}

  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo* /*info*/) override {
    return new KeyInterceptor(value_);  // gRPC owns it
  }

 private:
  const std::string value_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface> MakeKeyInterceptor(
    std::string key) {
  absl::StripAsciiWhitespace(&key);
  if (!CanBeSent(key)) key = kInvalid;
  return std::make_unique<KeyInterceptorFactory>(absl::StrCat("Bearer ", key));
}

}  // namespace citylayers::client
