// Checks the XML of CAP messages: what the schema cannot express.
#ifndef CITYLAYERS_TESTS_SUPPORT_CAP_XML_CHECK_H_
#define CITYLAYERS_TESTS_SUPPORT_CAP_XML_CHECK_H_

#include <string>

#include "absl/status/status.h"

namespace citylayers::cap {

/// The same rules as CheckCap, read from the XML: an oracle for what WriteCap writes.
/// INVALID_ARGUMENT: names the element and the violation.
absl::Status CheckCapXml(const std::string& xml);

}  // namespace citylayers::cap

#endif  // CITYLAYERS_TESTS_SUPPORT_CAP_XML_CHECK_H_
