// The daemon's configuration: one flat table of `section.key` options, each with a type, a default
// and a sentence.
#ifndef CITYLAYERS_SERVICES_RUNTIME_CONFIG_CONFIG_H_
#define CITYLAYERS_SERVICES_RUNTIME_CONFIG_CONFIG_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace citylayers::runtime {

enum class OptionType { kString, kInt, kDouble, kBool, kDuration };

/// One option. The modules list their own; a configuration may set exactly the options listed.
struct Option {
  std::string key;            // "readings.batch_rows_max"
  OptionType type;            // durations are written as 250ms, 5s or 2h
  std::string default_value;  // in the written form
  std::string help;           // one sentence, with the unit
  double min = -1e300;        // for numbers and durations (seconds)
  double max = 1e300;
  std::vector<std::string> choices = {};  // for strings: the accepted values; empty: any text
  /// For paths of files: the systemd credential that is the file when the option is not set.
  std::string credential = {};
  bool is_live = false;  // a running process takes a new value over (SIGHUP); others at a start
};

/// What a new configuration changes in a running process: keys, sorted.
struct ConfigChange {
  std::vector<std::string> live;     // taken over at once
  std::vector<std::string> restart;  // taken over at the next start
};

/// The resolved configuration. Precedence: flag > environment > file > credential > default.
/// Immutable after Load; thread-safe.
///
///   Config::Inputs inputs = {.file = "city.toml", .flags = {{"server.http", "127.0.0.1:0"}}};
///   ASSIGN_OR_RETURN(const Config config, Config::Load(options, inputs));
///   const std::int64_t rows_max = config.GetInt("readings.batch_rows_max");
class Config {
 public:
  struct Inputs {
    std::string file;                          // path of a TOML file; empty: none
    std::map<std::string, std::string> flags;  // key -> written value
    /// CITYLAYERS_SECTION__KEY -> written value; other variables are ignored.
    std::map<std::string, std::string> environment;
    /// Value of CREDENTIALS_DIRECTORY: the directory of the credentials that systemd gives to the
    /// service; empty: none.
    std::string credentials = {};
  };

  /// INVALID_ARGUMENT: an unknown key (with a suggestion), a value that does not parse or lies
  /// outside its range or choices; the message names the source and the key. NOT_FOUND: the file
  /// cannot be read.
  static absl::StatusOr<Config> Load(std::vector<Option> options, const Inputs& inputs);

  // REQUIRES: the key is in the option list with this type.
  const std::string& GetString(std::string_view key) const;
  std::int64_t GetInt(std::string_view key) const;
  double GetDouble(std::string_view key) const;
  bool GetBool(std::string_view key) const;
  absl::Duration GetDuration(std::string_view key) const;
  /// True when the value is a path in the directory of the credentials. systemd gives the files
  /// there only to the service, although some have read permission for the group, by an ACL.
  bool IsCredential(std::string_view key) const;

  /// The keys whose values differ in `next`, which has the same options.
  ConfigChange ChangeTo(const Config& next) const;
  /// This configuration with the live options of `next`.
  Config WithLiveOptionsOf(const Config& next) const;

  /// The whole configuration as commented TOML, with the options that a running process takes over;
  /// Load of that text returns the same values.
  std::string ToToml() const;

 private:
  struct Entry {
    Option option;
    std::string value;
  };
  const Entry& Find(std::string_view key, OptionType type) const;
  absl::Status Set(std::string_view key, std::string_view value, std::string_view where);

  std::map<std::string, Entry, std::less<>> entries_;
  std::string credentials_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_CONFIG_CONFIG_H_
