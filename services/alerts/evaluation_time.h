// The time and the mode of an evaluation of the rules, or of an operator's action.
#ifndef CITYLAYERS_SERVICES_ALERTS_EVALUATION_TIME_H_
#define CITYLAYERS_SERVICES_ALERTS_EVALUATION_TIME_H_

#include <string>

#include "absl/time/time.h"

namespace citylayers::alerts {

struct EvaluationTime {
  absl::Time city;
  absl::Time wall;
  bool exercise = false;  ///< A replay drives the city clock.
  double speed = 1;       ///< City seconds per wall second.
  std::string scenario;   ///< The replay's name, for CAP messages; may be empty.
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_EVALUATION_TIME_H_
