// Annotations for the thread sanitizer, linked into every test of that build.
//
// Debian's Abseil is not instrumented, so that the sanitizer would report a race for all data
// guarded by an absl::Mutex. The linker redirects the calls of this tree to the wrappers below
// (-Wl,--wrap, see CMakeLists.txt, which reads the names from here). Only functions used by the
// tree are wrapped: false races under another entry point, like LockWhen, mean that its wrapper is
// missing here.
//
// Between _pre_ and _post_ the sanitizer ignores accesses, so that conditions, which Abseil
// evaluates on the unlocking thread, are not reported as races.

#include <cstdint>

#include "absl/time/time.h"
#include <sanitizer/tsan_interface.h>

namespace {

constexpr unsigned kWrite = 0;
constexpr unsigned kRead = __tsan_mutex_read_lock;

template <typename Function>
void Locking(void* mutex, unsigned mode, Function lock) {
  __tsan_mutex_pre_lock(mutex, mode);
  lock(mutex);
  __tsan_mutex_post_lock(mutex, mode, 0);
}

template <typename Function>
void Unlocking(void* mutex, unsigned mode, Function unlock) {
  __tsan_mutex_pre_unlock(mutex, mode);
  unlock(mutex);
  __tsan_mutex_post_unlock(mutex, mode);
}

// Await releases the mutex and holds it again when it returns. All awaits of the tree are those
// of a writer.
// a writer.
template <typename Function>
auto Awaiting(void* mutex, Function await) {
  __tsan_mutex_pre_unlock(mutex, kWrite);
  const auto result = await();
  __tsan_mutex_post_unlock(mutex, kWrite);
  __tsan_mutex_pre_lock(mutex, kWrite);
  __tsan_mutex_post_lock(mutex, kWrite, 0);
  return result;
}

}  // namespace

extern "C" {

const char* __tsan_default_suppressions() {
  // Of uninstrumented libraries the sanitizer sees only memcpy, delete and locks, not the atomics
  // by which RocksDB passes its blocks, and contexts of zstd, between threads. Such a report has
  // the library at the top of a stack. (called_from_lib would ignore the locks as well.)
  //
  // GDAL creates each of its locks under a global one, and holds some while it creates the next.
  return "race:librocksdb.so\n"
         "race:libzstd.so\n"
         "deadlock:CPLCreateOrAcquireMutexEx\n";
}

// Mutex::Lock, Unlock, ReaderLock, ReaderUnlock and ~Mutex.
void __real__ZN4absl7debian35Mutex4LockEv(void* mutex);
void __wrap__ZN4absl7debian35Mutex4LockEv(void* mutex) {
  Locking(mutex, kWrite, __real__ZN4absl7debian35Mutex4LockEv);
}

void __real__ZN4absl7debian35Mutex6UnlockEv(void* mutex);
void __wrap__ZN4absl7debian35Mutex6UnlockEv(void* mutex) {
  Unlocking(mutex, kWrite, __real__ZN4absl7debian35Mutex6UnlockEv);
}

void __real__ZN4absl7debian35Mutex10ReaderLockEv(void* mutex);
void __wrap__ZN4absl7debian35Mutex10ReaderLockEv(void* mutex) {
  Locking(mutex, kRead, __real__ZN4absl7debian35Mutex10ReaderLockEv);
}

void __real__ZN4absl7debian35Mutex12ReaderUnlockEv(void* mutex);
void __wrap__ZN4absl7debian35Mutex12ReaderUnlockEv(void* mutex) {
  Unlocking(mutex, kRead, __real__ZN4absl7debian35Mutex12ReaderUnlockEv);
}

void __real__ZN4absl7debian35MutexD1Ev(void* mutex);
void __wrap__ZN4absl7debian35MutexD1Ev(void* mutex) {
  __real__ZN4absl7debian35MutexD1Ev(mutex);
  __tsan_mutex_destroy(mutex, __tsan_mutex_not_static);
}

// Mutex::Await and AwaitWithTimeout.
void __real__ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE(void* mutex, const void* condition);
void __wrap__ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE(void* mutex, const void* condition) {
  Awaiting(mutex, [=] {
    __real__ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE(mutex, condition);
    return true;
  });
}

bool __real__ZN4absl7debian35Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE(
    void* mutex, const void* condition, absl::Duration timeout);
bool __wrap__ZN4absl7debian35Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE(
    void* mutex, const void* condition, absl::Duration timeout) {
  return Awaiting(mutex, [=] {
    return __real__ZN4absl7debian35Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE(
        mutex, condition, timeout);
  });
}

// Notification::Notify, WaitForNotification and WaitForNotificationWithTimeout.
void __real__ZN4absl7debian312Notification6NotifyEv(void* notification);
void __wrap__ZN4absl7debian312Notification6NotifyEv(void* notification) {
  __tsan_release(notification);
  __real__ZN4absl7debian312Notification6NotifyEv(notification);
}

void __real__ZNK4absl7debian312Notification19WaitForNotificationEv(void* notification);
void __wrap__ZNK4absl7debian312Notification19WaitForNotificationEv(void* notification) {
  __real__ZNK4absl7debian312Notification19WaitForNotificationEv(notification);
  __tsan_acquire(notification);
}

bool __real__ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE(
    void* notification, absl::Duration timeout);
bool __wrap__ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE(
    void* notification, absl::Duration timeout) {
  const bool notified =
      __real__ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE(
          notification, timeout);
  if (notified) __tsan_acquire(notification);
  return notified;
}

// Status::Unref: the last owner deletes data that the others have read.
void __real__ZN4absl7debian36Status15UnrefNonInlinedEm(uintptr_t rep);
void __wrap__ZN4absl7debian36Status15UnrefNonInlinedEm(uintptr_t rep) {
  void* const shared = reinterpret_cast<void*>(rep);
  __tsan_release(shared);
  __tsan_acquire(shared);
  __real__ZN4absl7debian36Status15UnrefNonInlinedEm(rep);
}

}  // extern "C"
