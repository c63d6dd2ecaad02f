// Keeps the threads on which gRPC runs callbacks.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_CALLBACK_THREADS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_CALLBACK_THREADS_H_

namespace citylayers::runtime {

/// Keeps gRPC's callback threads until the process ends. Call it before the first channel or server
/// that uses callbacks. Cheap after the first time; thread-safe.
///
/// gRPC 1.51 ends these threads when the last such channel or server is destroyed, and joins them
/// from the thread that destroys it. If that thread is one of them, because a callback held the
/// last reference, the process aborts ("assertion failed: prior > 0").
void KeepCallbackThreads();

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_CALLBACK_THREADS_H_
