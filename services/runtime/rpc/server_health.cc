#include "services/runtime/rpc/server_health.h"

#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include "base/strings.h"

namespace citylayers::runtime {

ServerHealth::ServerHealth(grpc::HealthCheckServiceInterface& health, std::vector<Service> services)
    : health_(health), services_(std::move(services)), reported_(services_.size()) {
  Update();
}

void ServerHealth::Update() {
  for (std::size_t i = 0; i < services_.size(); ++i) {
    const bool serving = services_[i].ready().ok();
    if (reported_[i] == serving) continue;
    reported_[i] = serving;
    health_.SetServingStatus(services_[i].name, serving);
  }
}

void ServerHealth::EndServing() { health_.SetServingStatus(false); }

absl::Status ProbeGrpc(const std::string& address, absl::Duration timeout,
                       std::shared_ptr<grpc::ChannelCredentials> credentials) {
  if (credentials == nullptr) credentials = grpc::InsecureChannelCredentials();
  grpc::ChannelArguments arguments;
  // Otherwise the channel would reuse a connection that is open already.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  const auto channel = grpc::CreateCustomChannel(address, credentials, arguments);
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  grpc::CompletionQueue queue;
  // An encoded HealthCheckRequest for the server as a whole is empty.
  const auto call =
      stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::ByteBuffer(), &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE ||
      status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    return absl::UnavailableError(status.error_message());
  }
  return absl::OkStatus();
}

}  // namespace citylayers::runtime
