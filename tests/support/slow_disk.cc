// Simulates a disk that stalls: a library for LD_PRELOAD whose fsync and fdatasync wait first.
//
// The environment variable CITYLAYERS_SLOW_DISK names a file with the wait in milliseconds. The
// file is read again every 20 ms of a wait, so that a test can begin and end a stall while the
// program runs. No file, or 0: no wait.
#include <cstdio>
#include <cstdlib>

#include <dlfcn.h>
#include <time.h>

namespace {

constexpr long kStepMs = 20;

long WaitMs() {
  const char* path = std::getenv("CITYLAYERS_SLOW_DISK");
  if (path == nullptr) return 0;
  std::FILE* file = std::fopen(path, "re");
  if (file == nullptr) return 0;
  long wait_ms = 0;
  if (std::fscanf(file, "%ld", &wait_ms) != 1) wait_ms = 0;  // NOLINT(cert-err34-c): 0 is right
  std::fclose(file);
  return wait_ms;
}

void Stall() {
  for (long waited_ms = 0; waited_ms < WaitMs(); waited_ms += kStepMs) {
    const timespec step{0, kStepMs * 1'000'000};
    nanosleep(&step, nullptr);
  }
}

int Real(const char* name, int file) {
  using Sync = int (*)(int);
  return reinterpret_cast<Sync>(dlsym(RTLD_NEXT, name))(file);
}

}  // namespace

extern "C" int fsync(int file) {
  Stall();
  return Real("fsync", file);
}

extern "C" int fdatasync(int file) {
  Stall();
  return Real("fdatasync", file);
}
