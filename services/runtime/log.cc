#include "services/runtime/log.h"

#include <algorithm>

#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"
#include <nlohmann/json.hpp>

namespace citylayers::runtime {
namespace {

// The format of the process's one log. Set by StartLog, before other threads read it.
LogFormat g_format = LogFormat::kText;

// A JSON string. Bytes that are not UTF-8 become U+FFFD, so that logging never fails on its input.
std::string Quoted(std::string_view text) {
  using Json = nlohmann::json;
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool IsPlainWord(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '"' && c != '\\' && c != '=';
  });
}

void Write(spdlog::level::level_enum level, std::string_view sentence,
           std::initializer_list<LogField> fields) {
  spdlog::logger& logger = *spdlog::default_logger_raw();
  if (!logger.should_log(level)) return;
  const std::string line = FormatLogLine(g_format, sentence, fields);
  logger.log(level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void StartLog(const std::string& level, LogFormat format) {
  g_format = format;
  spdlog::set_default_logger(spdlog::stderr_logger_mt("citylayersd"));
  spdlog::set_pattern(format == LogFormat::kJson
                          ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                          : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                      spdlog::pattern_time_type::utc);
  spdlog::set_level(spdlog::level::from_str(level));
}

void SetLogLevel(const std::string& level) { spdlog::set_level(spdlog::level::from_str(level)); }

void LogInfo(std::string_view sentence, std::initializer_list<LogField> fields) {
  Write(spdlog::level::info, sentence, fields);
}
void LogWarning(std::string_view sentence, std::initializer_list<LogField> fields) {
  Write(spdlog::level::warn, sentence, fields);
}
void LogError(std::string_view sentence, std::initializer_list<LogField> fields) {
  Write(spdlog::level::err, sentence, fields);
}

std::string FormatLogLine(LogFormat format, std::string_view sentence,
                          std::span<const LogField> fields) {
  if (format == LogFormat::kJson) {
    std::string line = StrCat("\"message\":", Quoted(sentence));
    for (const LogField& field : fields) {
      StrAppend(&line, ",", Quoted(field.key), ":",
                field.is_number ? field.value : Quoted(field.value));
    }
    return line;
  }
  std::string line(sentence);
  for (const LogField& field : fields) {
    StrAppend(&line, " ", field.key, "=",
              IsPlainWord(field.value) ? field.value : Quoted(field.value));
  }
  return line;
}

}  // namespace citylayers::runtime
