#include "services/programs/citylayers/key_text.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"

#include "base/strings.h"
#include "proto/support/proto_time.h"
#include "services/access/api_key.h"
#include "services/programs/citylayers/display_width.h"
#include "services/programs/citylayers/format.h"

namespace citylayers::cli {
namespace {

using access::v1::Key;

constexpr std::string_view kCollection = "keys/";
constexpr std::int64_t kDaysMax = 36'500;

std::string IdOf(const Key& key) {
  const std::string_view name = key.name();
  return std::string(name.starts_with(kCollection) ? name.substr(kCollection.size()) : name);
}

std::string ScopesOf(const Key& key) { return absl::StrJoin(key.scopes(), ", "); }

std::string ExpiryOf(const Key& key) {
  return key.has_expire_time() ? FormatCityTime(FromProtoTime(key.expire_time())) : "never";
}

// "50 calls/s, 20 streams"; empty: the server's limits.
std::string LimitsOf(const Key& key) {
  std::vector<std::string> parts;
  const auto add = [&parts](bool is_set, std::int64_t value, std::string_view unit) {
    if (!is_set) return;
    parts.push_back(value == 0 ? StrCat("any ", unit) : StrCat(value, " ", unit));
  };
  const access::v1::KeyLimits& limits = key.limits();
  add(limits.has_calls_per_second(), limits.calls_per_second(), "calls/s");
  add(limits.has_streams_max(), limits.streams_max(), "streams");
  add(limits.has_readings_per_second(), limits.readings_per_second(), "readings/s");
  add(limits.has_bytes_per_second(), limits.bytes_per_second(), "bytes/s");
  return absl::StrJoin(parts, ", ");
}

Tone ToneOf(const std::string& state) {
  if (state == "active") return Tone::kGood;
  return state == "rotating" ? Tone::kNotice : Tone::kDim;
}

}  // namespace

absl::StatusOr<std::string> ParseKeyName(std::string_view text) {
  std::string_view id = text;
  if (id.starts_with(kCollection)) id.remove_prefix(kCollection.size());
  if (id.starts_with("clk_")) {
    const auto key = access::ApiKey::Parse(id);
    return absl::InvalidArgumentError(StrCat(
        "a command needs the id of a key, not its text, which others can read in process lists",
        key.ok() ? StrCat("; the id is ", key->id, ", and the key should be rotated")
                 : std::string()));
  }
  const bool is_id = !id.empty() && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
  if (!is_id) {
    return absl::InvalidArgumentError(
        StrCat("\"", text, "\" is not the id of a key; `citylayers keys list` shows the ids"));
  }
  return StrCat(kCollection, id);
}

absl::StatusOr<absl::Duration> ParseLongDuration(std::string_view text) {
  const absl::Status error = absl::InvalidArgumentError(
      StrCat("\"", text, "\" is not a duration; write for example 90d, 24h or 30m"));
  absl::Duration duration = absl::ZeroDuration();
  std::string_view rest = text;
  if (const std::size_t end = text.find('d'); end != std::string_view::npos) {
    const std::string_view days = text.substr(0, end);
    std::int64_t count = 0;
    if (days.find_first_not_of("0123456789") != std::string_view::npos ||
        !absl::SimpleAtoi(ToAbsl(days), &count) || count > kDaysMax) {
      return error;
    }
    duration = absl::Hours(24) * count;
    rest = text.substr(end + 1);
    if (rest.empty()) return duration;
  }
  absl::Duration part;
  if (!absl::ParseDuration(std::string(rest), &part) || part < absl::ZeroDuration()) return error;
  duration += part;
  if (duration > absl::Hours(24) * kDaysMax) return error;
  return duration;
}

absl::StatusOr<absl::Time> ParseExpiry(std::string_view text, absl::Time now) {
  absl::Time time;
  if (const auto duration = ParseLongDuration(text); duration.ok()) {
    time = now + *duration;
  } else {
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, std::string(text), &time, &error) ||
        time == absl::InfiniteFuture() || time == absl::InfinitePast()) {
      return absl::InvalidArgumentError(
          StrCat("\"", text,
                 "\" is not a time of expiry; write a duration, for example 90d, or a time, for "
                 "example 2027-12-31T23:59:59+07:00"));
    }
  }
  if (time <= now) {
    return absl::InvalidArgumentError(
        StrCat("\"", text, "\" has passed; a key expires in the future"));
  }
  return time;
}

std::string KeyState(const Key& key, absl::Time now) {
  if (key.has_revoke_time()) return "revoked";
  if (key.has_expire_time() && FromProtoTime(key.expire_time()) <= now) return "expired";
  if (key.has_overlap_end_time() && FromProtoTime(key.overlap_end_time()) > now) return "rotating";
  return "active";
}

std::vector<TableColumn> KeyColumns() {
  return {{.header = "ID"},      {.header = "principal"},
          {.header = "scopes"},  {.header = "created (wall clock)"},
          {.header = "expires"}, {.header = "state"}};
}

std::vector<Cell> KeyCells(const Key& key, absl::Time now) {
  const std::string state = KeyState(key, now);
  return {IdOf(key),     FitWidth(OneLine(key.principal()), 40),
          ScopesOf(key), FormatCityTime(FromProtoTime(key.create_time())),
          ExpiryOf(key), {state, ToneOf(state)}};
}

std::vector<std::pair<std::string, std::string>> KeyLines(const Key& key, absl::Time now) {
  const std::string state = KeyState(key, now);
  return {
      {"name", key.name()},
      {"principal", key.principal()},
      {"scopes", ScopesOf(key)},
      {"certificate", key.certificate_name()},
      {"limits", LimitsOf(key)},
      {"created", StrCat(FormatCityTime(FromProtoTime(key.create_time())),
                         key.creator().empty() ? "" : StrCat(" by ", key.creator()))},
      {"expires", ExpiryOf(key)},
      {"revoked",
       key.has_revoke_time() ? FormatCityTime(FromProtoTime(key.revoke_time())) : std::string()},
      {"state", state == "rotating" ? StrCat("rotating: the former secret is accepted until ",
                                             FormatCityTime(FromProtoTime(key.overlap_end_time())))
                                    : state}};
}

std::string KeySummary(const Key& key) {
  return StrCat(key.name(), " of ", key.principal(), " (", ScopesOf(key), "; ",
                key.has_expire_time() ? StrCat("expires ", ExpiryOf(key)) : "never expires", ")");
}

}  // namespace citylayers::cli
