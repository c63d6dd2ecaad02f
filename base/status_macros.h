// Macros that return an absl::Status to the caller. They evaluate their argument once.
#ifndef CITYLAYERS_BASE_STATUS_MACROS_H_
#define CITYLAYERS_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define CITYLAYERS_CONCAT_INNER(a, b) a##b
#define CITYLAYERS_CONCAT(a, b) CITYLAYERS_CONCAT_INNER(a, b)

/// Returns from the enclosing function when `expr`, an absl::Status, is an error.
#define RETURN_IF_ERROR(expr)                                             \
  do {                                                                    \
    if (absl::Status citylayers_status = (expr); !citylayers_status.ok()) \
      return citylayers_status;                                           \
  } while (false)

/// `ASSIGN_OR_RETURN(auto x, MakeX());` declares or assigns x, or returns the error of MakeX().
#define ASSIGN_OR_RETURN(lhs, expr) \
  CITYLAYERS_ASSIGN_OR_RETURN(CITYLAYERS_CONCAT(citylayers_or_, __LINE__), lhs, expr)
#define CITYLAYERS_ASSIGN_OR_RETURN(tmp, lhs, expr) \
  auto tmp = (expr);                                \
  if (!tmp.ok()) return tmp.status();               \
  lhs = std::move(tmp).value()

#endif  // CITYLAYERS_BASE_STATUS_MACROS_H_
