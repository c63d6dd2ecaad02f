#include "storage/alerts/alert_codec.h"

#include <bit>
#include <limits>
#include <type_traits>

#include "base/strings.h"
#include "storage/bytes/bytes.h"
#include "storage/bytes/checksum.h"

namespace citylayers::storage {
namespace {

// Writes fields one after the other. Reader below has a method of the same name for each, so that
// one list of fields (VisitFields) serves both and they cannot differ.
class Writer {
 public:
  Writer(std::string* out, std::uint8_t version) : out_(out), version_(version) {}

  std::uint8_t version() const { return version_; }

  void Number(std::uint64_t v) { PutVarint(*out_, v); }
  void Field(std::uint64_t v) { Number(v); }
  void Field(std::uint32_t v) { Number(v); }
  void Field(std::int32_t v) { Number(ZigZag(v)); }
  void Field(bool v) { Number(v ? 1 : 0); }
  void Field(double v) { Fixed64(std::bit_cast<std::uint64_t>(v)); }
  void Field(const std::string& v) {
    Number(v.size());
    out_->append(v);
  }
  void Field(absl::Time v) {
    // Infinite times saturate to the ends of int64, and are read back as infinite.
    Fixed64(static_cast<std::uint64_t>(absl::ToUnixMicros(v)));
  }
  void Field(const Localized& v) {
    Field(v.vi);
    Field(v.en);
  }
  void Field(const LonLat& v) {
    Field(v.lon_deg);
    Field(v.lat_deg);
  }
  void Field(const std::vector<std::string>& v) {
    Number(v.size());
    for (const std::string& s : v) Field(s);
  }
  template <typename E>
  void Enum(const E& v, E /*last*/) {
    out_->push_back(static_cast<char>(v));
  }

 private:
  void Fixed64(std::uint64_t v) {
    for (int i = 0; i < 8; ++i) out_->push_back(static_cast<char>(v >> (8 * i)));
  }

  std::string* out_;
  const std::uint8_t version_;
};

class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) { version_ = Byte(); }

  std::uint8_t version() const { return version_; }
  bool ok() const { return ok_; }
  bool AtEnd() const { return in_.empty(); }

  std::uint64_t Number() {
    ByteReader reader(in_);
    const absl::StatusOr<std::uint64_t> v = reader.ReadVarint();
    if (!v.ok()) {
      ok_ = false;
      in_ = {};
      return 0;
    }
    in_ = reader.rest();
    return *v;
  }
  void Field(std::uint64_t& v) { v = Number(); }
  void Field(std::uint32_t& v) {
    const std::uint64_t number = Number();
    if (number > 0xffffffffu) ok_ = false;
    v = static_cast<std::uint32_t>(number);
  }
  void Field(std::int32_t& v) {
    std::uint32_t zigzag = 0;
    Field(zigzag);
    v = static_cast<std::int32_t>(UnZigZag(zigzag));
  }
  void Field(bool& v) {
    const std::uint64_t number = Number();
    if (number > 1) ok_ = false;
    v = number == 1;
  }
  void Field(double& v) { v = std::bit_cast<double>(Fixed64()); }
  void Field(std::string& v) {
    const std::uint64_t size = Number();
    if (size > in_.size()) {
      ok_ = false;
      return;
    }
    v.assign(in_.data(), size);
    in_.remove_prefix(size);
  }
  void Field(absl::Time& v) {
    const auto micros = static_cast<std::int64_t>(Fixed64());
    v = micros == std::numeric_limits<std::int64_t>::max()   ? absl::InfiniteFuture()
        : micros == std::numeric_limits<std::int64_t>::min() ? absl::InfinitePast()
                                                             : absl::FromUnixMicros(micros);
  }
  void Field(Localized& v) {
    Field(v.vi);
    Field(v.en);
  }
  void Field(LonLat& v) {
    Field(v.lon_deg);
    Field(v.lat_deg);
  }
  void Field(std::vector<std::string>& v) {
    const std::uint64_t count = Number();
    if (count > in_.size()) {  // Each takes at least a byte.
      ok_ = false;
      return;
    }
    v.resize(count);
    for (std::string& s : v) Field(s);
  }
  template <typename E>
  void Enum(E& v, E last) {
    const std::uint8_t byte = Byte();
    if (byte < 1 || byte > static_cast<std::uint8_t>(last)) ok_ = false;
    v = static_cast<E>(byte);
  }
  std::uint8_t Byte() {
    if (in_.empty()) {
      ok_ = false;
      return 0;
    }
    const auto byte = static_cast<std::uint8_t>(in_.front());
    in_.remove_prefix(1);
    return byte;
  }

 private:
  std::uint64_t Fixed64() {
    if (in_.size() < 8) {
      ok_ = false;
      return 0;
    }
    std::uint64_t v = 0;
    for (int i = 0; i < 8; ++i)
      v |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(in_[i])) << (8 * i);
    in_.remove_prefix(8);
    return v;
  }

  std::string_view in_;
  std::uint8_t version_ = 0;
  bool ok_ = true;
};

// The order here is the order on disk: append only, with a new version.
template <typename Visitor, typename Alert>
requires std::is_same_v<std::remove_const_t<Alert>, AlertRecord>
void VisitFields(Visitor& f, Alert& r) {
  f.Field(r.id), f.Field(r.rule), f.Field(r.subject);
  f.Enum(r.kind, AlertKind::kOutage);
  f.Enum(r.severity, AlertSeverity::kExtreme);
  f.Enum(r.state, AlertState::kResolved);
  f.Field(r.tier), f.Field(r.level);
  f.Field(r.place), f.Field(r.location), f.Field(r.radius_m);
  f.Field(r.headline), f.Field(r.instruction);
  f.Field(r.peak_value), f.Field(r.value), f.Field(r.unit);
  f.Field(r.create_time), f.Field(r.update_time), f.Field(r.resolve_time);
  f.Field(r.acknowledged_by), f.Field(r.exercise), f.Field(r.cap_ids);
  f.Field(r.event_count), f.Field(r.trail_hash);
  if (f.version() >= 2) {
    f.Enum(r.worst_severity, AlertSeverity::kExtreme);
    f.Field(r.worst_level);
  }
}

// Without the hash, which is computed over these.
template <typename Visitor, typename Event>
void VisitEventBody(Visitor& f, Event& r) {
  f.Field(r.sequence);
  f.Enum(r.type, AlertEventType::kCommented);
  f.Field(r.event_time), f.Field(r.write_time);
  f.Field(r.actor), f.Field(r.comment), f.Field(r.level);
}

template <typename Visitor, typename Event>
requires std::is_same_v<std::remove_const_t<Event>, AlertEventRecord>
void VisitFields(Visitor& f, Event& r) {
  VisitEventBody(f, r);
  f.Field(r.hash);
}

template <typename Visitor, typename State>
requires std::is_same_v<std::remove_const_t<State>, RuleStateRecord>
void VisitFields(Visitor& f, State& r) {
  f.Field(r.rule), f.Field(r.subject);
  f.Field(r.tier), f.Field(r.suppressed_tier), f.Field(r.alert_id), f.Field(r.read_time);
  if (f.version() >= 2) f.Enum(r.mode, CityMode::kExercise);
}

template <typename Visitor, typename Cap>
requires std::is_same_v<std::remove_const_t<Cap>, CapRecord>
void VisitFields(Visitor& f, Cap& r) {
  f.Field(r.cap_id), f.Field(r.alert_id), f.Field(r.message_type), f.Field(r.sent_time);
  f.Field(r.exercise), f.Field(r.headline), f.Field(r.xml);
}

template <typename Record>
constexpr std::uint8_t kVersion = std::is_same_v<Record, RuleStateRecord> ? kRuleStateVersion
                                  : std::is_same_v<Record, AlertRecord>   ? kAlertVersion
                                  : std::is_same_v<Record, CapRecord>     ? kCapVersion
                                                                          : kEventVersion;

template <typename Record>
std::string Encode(const Record& record) {
  std::string out(1, static_cast<char>(kVersion<Record>));
  Writer writer(&out, kVersion<Record>);
  VisitFields(writer, record);
  return out;
}

template <typename Record>
absl::StatusOr<Record> Decode(std::string_view bytes, std::string_view what) {
  Reader reader(bytes);
  if (reader.ok() && reader.version() > kVersion<Record>) {
    return absl::FailedPreconditionError(StrCat("the ", what, " record has version ",
                                                reader.version(), ", newer than ", kVersion<Record>,
                                                " which this program knows: use a newer program"));
  }
  Record record;
  VisitFields(reader, record);
  if (!reader.ok() || !reader.AtEnd() || reader.version() == 0) {
    return absl::DataLossError(StrCat("the ", what, " record of ", bytes.size(),
                                      " bytes is damaged: restore the data directory"));
  }
  return record;
}

}  // namespace

std::string EncodeAlert(const AlertRecord& alert) { return Encode(alert); }
std::string EncodeEvent(const AlertEventRecord& event) { return Encode(event); }
std::string EncodeRuleState(const RuleStateRecord& state) { return Encode(state); }
std::string EncodeCap(const CapRecord& cap) { return Encode(cap); }

absl::StatusOr<AlertRecord> DecodeAlert(std::string_view bytes) {
  absl::StatusOr<AlertRecord> alert = Decode<AlertRecord>(bytes, "alert");
  if (alert.ok() && bytes.front() == 1) {
    alert->worst_severity = alert->severity;
    alert->worst_level = alert->level;
  }
  return alert;
}
absl::StatusOr<AlertEventRecord> DecodeEvent(std::string_view bytes) {
  return Decode<AlertEventRecord>(bytes, "audit");
}
absl::StatusOr<RuleStateRecord> DecodeRuleState(std::string_view bytes) {
  return Decode<RuleStateRecord>(bytes, "rule state");
}
absl::StatusOr<CapRecord> DecodeCap(std::string_view bytes) {
  return Decode<CapRecord>(bytes, "CAP message");
}

std::string EventHash(std::string_view previous_hash, std::uint64_t alert_id,
                      const AlertEventRecord& event) {
  std::string bytes = previous_hash.empty() ? std::string(32, '\0') : std::string(previous_hash);
  bytes += EncodeKey64(alert_id);
  Writer writer(&bytes, kEventVersion);
  VisitEventBody(writer, event);
  return AuditHash(bytes);
}

std::string EncodeKey64(std::uint64_t number) {
  std::string key;
  PutFixed64(key, number);
  return key;
}

std::uint64_t DecodeKey64(std::string_view key) {
  return key.size() == sizeof(std::uint64_t) ? ByteReader(key).ReadFixed64().value_or(0) : 0;
}

std::string EncodeEventKey(std::uint64_t alert_id, std::uint32_t sequence) {
  std::string key = EncodeKey64(alert_id);
  PutFixed32(key, sequence);
  return key;
}

}  // namespace citylayers::storage
