#include "services/keys/key_service.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/time/time.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/keys/key_fields.h"
#include "services/keys/key_ring_watch.h"
#include "services/runtime/log.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::keys {
namespace {

using runtime::BadField;
using runtime::Call;

std::string NameOf(const access::Principal& caller) {
  return caller.is_anonymous() ? std::string(kAnonymousName) : caller.name;
}

// The key without its text: a secret must not get into a log.
void LogChange(std::string_view sentence, const access::KeyRecord& record, const v1::Key& key,
               const Call& call) {
  runtime::LogInfo(sentence, {{"id", record.id},
                              {"principal", record.principal},
                              {"scopes", absl::StrJoin(key.scopes(), " ")},
                              {"by", NameOf(*call.caller)},
                              {"by_key", call.caller->key_id},
                              {"from", call.peer}});
}

// An administrator does not need the pepper and the hashes, so that a stolen key does not give them
// away. An anonymous caller gets here only in a city that permits everything to every caller, whose
// processes need no common key.
absl::Status CheckIsProcess(const access::Principal& caller, std::string_view method) {
  if (caller.is_process || caller.is_anonymous()) return absl::OkStatus();
  return runtime::WithReason(
      absl::PermissionDeniedError(
          StrCat(method,
                 " is for the processes of the city, which call with the process key "
                 "(security.process_key_file); ListKeys lists the keys, RevokeKey ends one")),
      runtime::kReasonScopeNeeded);
}

absl::StatusOr<std::string_view> IdOf(const std::string& name) {
  const std::optional<std::string_view> id = ParseKeyName(name);
  if (!id.has_value()) return BadField("name", "must have the form keys/{id}");
  return *id;
}

// nullopt: the field is not set.
template <typename Request>
absl::StatusOr<std::optional<absl::Time>> ExpireTimeOf(const Request& request) {
  if (!request.has_expire_time()) return std::optional<absl::Time>();
  const std::optional<absl::Time> time = ReadTime(request.expire_time());
  if (!time.has_value()) return BadField("expire_time", "must be between years 1 and 9999");
  return time;
}

absl::Duration OverlapOf(const v1::RotateKeyRequest& request) {
  return absl::Seconds(request.overlap().seconds()) + absl::Nanoseconds(request.overlap().nanos());
}

}  // namespace

absl::StatusOr<v1::CreateKeyResponse> KeyServiceImpl::Create(const Call& call,
                                                             const v1::CreateKeyRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<absl::Time> expire_time, ExpireTimeOf(request));
  ASSIGN_OR_RETURN(const IssuedKey issued,
                   book_.Create({.principal = request.principal(),
                                 .scopes = {request.scopes().begin(), request.scopes().end()},
                                 .expire_time = expire_time.value_or(absl::InfiniteFuture()),
                                 .creator = NameOf(*call.caller),
                                 .certificate_name = request.certificate_name(),
                                 .limits = FromProto(request.limits())}));
  v1::CreateKeyResponse response;
  *response.mutable_key() = ToProto(issued.record, clock_.Now());
  response.set_key_text(issued.key.ToText());
  LogChange("key created", issued.record, response.key(), call);
  return response;
}

absl::StatusOr<v1::ListKeysResponse> KeyServiceImpl::List() const {
  v1::ListKeysResponse response;
  const absl::Time now = clock_.Now();
  for (const access::KeyRecord& record : book_.List()) {
    *response.add_keys() = ToProto(record, now);
  }
  return response;
}

absl::StatusOr<v1::RotateKeyResponse> KeyServiceImpl::Rotate(const Call& call,
                                                             const v1::RotateKeyRequest& request) {
  ASSIGN_OR_RETURN(const std::string_view id, IdOf(request.name()));
  ASSIGN_OR_RETURN(const std::optional<absl::Time> expire_time, ExpireTimeOf(request));
  ASSIGN_OR_RETURN(const IssuedKey issued, book_.Rotate(id, OverlapOf(request), expire_time));
  v1::RotateKeyResponse response;
  *response.mutable_key() = ToProto(issued.record, clock_.Now());
  response.set_key_text(issued.key.ToText());
  LogChange("key rotated", issued.record, response.key(), call);
  return response;
}

absl::StatusOr<v1::RevokeKeyResponse> KeyServiceImpl::Revoke(const Call& call,
                                                             const v1::RevokeKeyRequest& request) {
  ASSIGN_OR_RETURN(const std::string_view id, IdOf(request.name()));
  ASSIGN_OR_RETURN(const RevokedKey revoked, book_.Revoke(id));
  v1::RevokeKeyResponse response;
  *response.mutable_key() = ToProto(revoked.record, clock_.Now());
  if (!revoked.was_revoked) LogChange("key revoked", revoked.record, response.key(), call);
  return response;
}

grpc::ServerUnaryReactor* KeyServiceImpl::CreateKey(grpc::CallbackServerContext* context,
                                                    const v1::CreateKeyRequest* request,
                                                    v1::CreateKeyResponse* response) {
  return calls_.UnaryWrite(context, "KeyService/CreateKey", request, response,
                           [this](const Call& call, const v1::CreateKeyRequest& create) {
                             return Create(call, create);
                           });
}

grpc::ServerUnaryReactor* KeyServiceImpl::ListKeys(grpc::CallbackServerContext* context,
                                                   const v1::ListKeysRequest* request,
                                                   v1::ListKeysResponse* response) {
  return calls_.Unary(context, "KeyService/ListKeys", request, response,
                      [this](const Call&, const v1::ListKeysRequest&) { return List(); });
}

grpc::ServerUnaryReactor* KeyServiceImpl::RotateKey(grpc::CallbackServerContext* context,
                                                    const v1::RotateKeyRequest* request,
                                                    v1::RotateKeyResponse* response) {
  return calls_.UnaryWrite(context, "KeyService/RotateKey", request, response,
                           [this](const Call& call, const v1::RotateKeyRequest& rotate) {
                             return Rotate(call, rotate);
                           });
}

grpc::ServerUnaryReactor* KeyServiceImpl::RevokeKey(grpc::CallbackServerContext* context,
                                                    const v1::RevokeKeyRequest* request,
                                                    v1::RevokeKeyResponse* response) {
  return calls_.UnaryWrite(context, "KeyService/RevokeKey", request, response,
                           [this](const Call& call, const v1::RevokeKeyRequest& revoke) {
                             return Revoke(call, revoke);
                           });
}

grpc::ServerUnaryReactor* KeyServiceImpl::EndSession(grpc::CallbackServerContext* context,
                                                     const v1::EndSessionRequest* request,
                                                     v1::EndSessionResponse* response) {
  return calls_.UnaryWrite(
      context, "KeyService/EndSession", request, response,
      [this](const Call& call,
             const v1::EndSessionRequest& end) -> absl::StatusOr<v1::EndSessionResponse> {
        RETURN_IF_ERROR(CheckIsProcess(*call.caller, "EndSession"));
        RETURN_IF_ERROR(book_.EndSession(end.session()));
        return v1::EndSessionResponse();
      });
}

grpc::ServerWriteReactor<v1::WatchKeyRingResponse>* KeyServiceImpl::WatchKeyRing(
    grpc::CallbackServerContext* context, const v1::WatchKeyRingRequest* request) {
  using Source = runtime::StreamSource<v1::WatchKeyRingResponse>;
  return calls_.ServerStream<v1::WatchKeyRingRequest, v1::WatchKeyRingResponse>(
      context, "KeyService/WatchKeyRing", request,
      [this](const Call& call,
             const v1::WatchKeyRingRequest&) -> absl::StatusOr<std::unique_ptr<Source>> {
        RETURN_IF_ERROR(CheckIsProcess(*call.caller, "WatchKeyRing"));
        return std::make_unique<KeyRingWatch>(book_);
      });
}

}  // namespace citylayers::keys
