// The gRPC service of the keys module.
#ifndef CITYLAYERS_SERVICES_KEYS_KEY_SERVICE_H_
#define CITYLAYERS_SERVICES_KEYS_KEY_SERVICE_H_

#include "absl/status/statusor.h"

#include "base/clock.h"
#include "citylayers/access/v1/key_service.grpc.pb.h"
#include "services/keys/key_book.h"
#include "services/runtime/rpc/call_adapter.h"

namespace citylayers::keys {

/// KeyService. Logs each change with the caller's name, key and address. `clock` is the wall clock.
/// The arguments must outlive it.
class KeyServiceImpl final : public v1::KeyService::CallbackService {
 public:
  KeyServiceImpl(runtime::CallAdapter& calls, KeyBook& book, const Clock& clock)
      : calls_(calls), book_(book), clock_(clock) {}

  grpc::ServerUnaryReactor* CreateKey(grpc::CallbackServerContext* context,
                                      const v1::CreateKeyRequest* request,
                                      v1::CreateKeyResponse* response) override;
  grpc::ServerUnaryReactor* ListKeys(grpc::CallbackServerContext* context,
                                     const v1::ListKeysRequest* request,
                                     v1::ListKeysResponse* response) override;
  grpc::ServerUnaryReactor* RotateKey(grpc::CallbackServerContext* context,
                                      const v1::RotateKeyRequest* request,
                                      v1::RotateKeyResponse* response) override;
  grpc::ServerUnaryReactor* RevokeKey(grpc::CallbackServerContext* context,
                                      const v1::RevokeKeyRequest* request,
                                      v1::RevokeKeyResponse* response) override;
  grpc::ServerUnaryReactor* EndSession(grpc::CallbackServerContext* context,
                                       const v1::EndSessionRequest* request,
                                       v1::EndSessionResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchKeyRingResponse>* WatchKeyRing(
      grpc::CallbackServerContext* context, const v1::WatchKeyRingRequest* request) override;

 private:
  absl::StatusOr<v1::CreateKeyResponse> Create(const runtime::Call& call,
                                               const v1::CreateKeyRequest& request);
  absl::StatusOr<v1::ListKeysResponse> List() const;
  absl::StatusOr<v1::RotateKeyResponse> Rotate(const runtime::Call& call,
                                               const v1::RotateKeyRequest& request);
  absl::StatusOr<v1::RevokeKeyResponse> Revoke(const runtime::Call& call,
                                               const v1::RevokeKeyRequest& request);

  runtime::CallAdapter& calls_;
  KeyBook& book_;
  const Clock& clock_;
};

}  // namespace citylayers::keys

#endif  // CITYLAYERS_SERVICES_KEYS_KEY_SERVICE_H_
