#include "services/runtime/core_dumps.h"

#include <cstdlib>

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace citylayers::runtime {
namespace {

// In a child process: this one must stay readable for debuggers and sanitizers.
TEST(CoreDumps, AreDisabledForTheProcess) {
  EXPECT_EXIT(
      {
        const bool had = ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1;
        const bool is_done = DisableCoreDumps().ok();
        rlimit limit{};
        ::getrlimit(RLIMIT_CORE, &limit);
        const bool has = ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 || limit.rlim_cur != 0;
        std::_Exit(had && is_done && !has ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace citylayers::runtime
