// Detects the thread sanitizer, for the few tests that cannot run under it.
#ifndef CITYLAYERS_TESTS_SUPPORT_THREAD_SANITIZER_H_
#define CITYLAYERS_TESTS_SUPPORT_THREAD_SANITIZER_H_

#include "gtest/gtest.h"

/// Skips a test that forks a process with threads, whose child starts threads: under the thread
/// sanitizer such a child crashes.
#ifdef __SANITIZE_THREAD__
#define CITYLAYERS_FORKS_WITH_THREADS() \
  GTEST_SKIP() << "the thread sanitizer does not follow a fork of threads"
#else
#define CITYLAYERS_FORKS_WITH_THREADS() static_cast<void>(0)
#endif

#endif  // CITYLAYERS_TESTS_SUPPORT_THREAD_SANITIZER_H_
