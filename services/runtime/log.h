// The log of a server: one line per event, on stderr.
//
//   LogWarning("interrupted, trying again", {{"stream", what}, {"why", status.message()}});
//
// As text, and as JSON:
//
//   2026-11-20T09:14:03.120Z warning interrupted, trying again stream=jams why=gone
//   {"time":"2026-11-20T09:14:03.120Z","level":"warning","message":"interrupted, trying again",...}
//
// The sentence is the same for every event of a kind, so that lines can be counted by it; fields
// hold the values that vary. Thread-safe.
#ifndef CITYLAYERS_SERVICES_RUNTIME_LOG_H_
#define CITYLAYERS_SERVICES_RUNTIME_LOG_H_

#include <cmath>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/strings.h"

namespace citylayers::runtime {

/// A named value of an event: text or a number. Keys consist of a-z, 0-9 and _, with the
/// unit last ("waited_s").
struct LogField {
  template <typename Value>
  LogField(std::string_view field_key, const Value& field_value)
      : key(field_key), value(StrCat(field_value)) {
    static_assert(!std::is_same_v<Value, bool>, "log the fact, not a bool");
    if constexpr (std::is_floating_point_v<Value>) {
      is_number = std::isfinite(field_value);
    } else {
      is_number = std::is_arithmetic_v<Value>;
    }
  }

  std::string_view key;
  std::string value;
  bool is_number = false;  // written by JSON without quotes
};

enum class LogFormat { kText, kJson };

/// Sets the least level that is logged ("debug", "info", "warn", "error") and the format. Call it
/// once, before other threads start; until then the log is text from "info" on.
void StartLog(const std::string& level, LogFormat format);

/// Changes the least level. Thread-safe.
void SetLogLevel(const std::string& level);

void LogInfo(std::string_view sentence, std::initializer_list<LogField> fields = {});
void LogWarning(std::string_view sentence, std::initializer_list<LogField> fields = {});
void LogError(std::string_view sentence, std::initializer_list<LogField> fields = {});

/// Returns a line without time and level; for JSON its members without the braces. In text, values
/// that could be read as two fields or two lines are quoted and escaped.
std::string FormatLogLine(LogFormat format, std::string_view sentence,
                          std::span<const LogField> fields);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_LOG_H_
