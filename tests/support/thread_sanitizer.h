// Whether a test runs under the thread sanitizer, for the few that cannot.
#ifndef CITYLAYERS_TESTS_SUPPORT_THREAD_SANITIZER_H_
#define CITYLAYERS_TESTS_SUPPORT_THREAD_SANITIZER_H_

#include "gtest/gtest.h"

/// Skips a test whose child starts threads although its parent has some: under the thread sanitizer
/// such a child dies.
#ifdef __SANITIZE_THREAD__
#define CITYLAYERS_FORKS_WITH_THREADS() \
  GTEST_SKIP() << "the thread sanitizer does not follow a fork of threads"
#else
#define CITYLAYERS_FORKS_WITH_THREADS() static_cast<void>(0)
#endif

#endif  // CITYLAYERS_TESTS_SUPPORT_THREAD_SANITIZER_H_
