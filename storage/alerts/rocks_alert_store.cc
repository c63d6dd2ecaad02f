#include "storage/alerts/rocks_alert_store.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "rocksdb/db.h"
#include "rocksdb/snapshot.h"
#include "rocksdb/write_batch.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "storage/alerts/alert_codec.h"
#include "storage/alerts/alert_copy.h"
#include "storage/alerts/alert_database.h"
#include "storage/alerts/random_bytes.h"
#include "storage/rocks/database_copy.h"

namespace citylayers::storage {
namespace {

constexpr char kFormatKey[] = "format";
constexpr char kInstanceKey[] = "instance";
constexpr char kRestoredFile[] = "RESTORED";  // docs/formats/backup.md

absl::Status NoSuchAlert(std::uint64_t id) {
  return absl::NotFoundError(
      StrCat("alerts/", id, " does not exist: list the alerts for valid names"));
}

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// A record that does not decode. One of a later version is damage as well: no program has written
// one, and one changed byte must not end the verification of all later trails.
bool IsDamage(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsFailedPrecondition(status);
}

// A line that cannot be read: damage of the trail, or an error of the disk.
absl::StatusOr<TrailCheck> Unreadable(const absl::Status& status, TrailChecker& checker) {
  if (!IsDamage(status)) return status;
  const std::uint32_t sequence = checker.next_sequence();
  checker.Fail(sequence, StrCat("line ", sequence, " cannot be read: ", ToStd(status.message())));
  return checker.check();
}

class RocksAlertStore final : public AlertStore {
 public:
  explicit RocksAlertStore(std::unique_ptr<AlertDatabase> database)
      : database_(std::move(database)) {}

  /// Reads the format version and the last numbers. Called once, first.
  absl::Status LoadMeta(const std::string& path);

  std::uint64_t NextAlertId() const override { return next_alert_id_.load(); }
  std::string NextCapId(int ahead) const override {
    return StrCat(instance_, "-", next_cap_number_.load() + ahead);
  }

  absl::Status Apply(absl::Span<const AlertChange> changes) override;
  absl::Status UpdateValues(absl::Span<const AlertRecord> alerts) override;
  absl::StatusOr<AlertRecord> GetAlert(std::uint64_t id) const override;
  absl::Status ScanAlerts(std::uint64_t before_id,
                          absl::FunctionRef<bool(const AlertRecord&)> visit) const override;
  absl::StatusOr<std::vector<AlertRecord>> ListActiveAlerts() const override;
  absl::StatusOr<std::vector<AlertEventRecord>> ListEvents(std::uint64_t alert_id) const override;
  absl::StatusOr<TrailCheck> VerifyTrail(TrailPosition from, std::size_t events_max) const override;
  absl::StatusOr<std::vector<RuleStateRecord>> ListRuleStates() const override;
  absl::StatusOr<CapRecord> GetCap(std::string_view cap_id) const override;
  absl::Status ScanCaps(absl::FunctionRef<bool(const CapRecord&)> visit) const override;
  absl::Status WriteStatus() override;
  std::string Loss() const override { return database_->loss(); }
  absl::StatusOr<StoreCopy> Copy(const std::string& directory) override;

 private:
  using Family = AlertDatabase::Family;

  absl::StatusOr<AlertRecord> ReadAlert(const rocksdb::ReadOptions& options,
                                        std::uint64_t id) const;
  absl::Status AppendAlert(const AlertChange& change, std::map<std::uint64_t, AlertRecord>& written,
                           std::uint64_t& next_alert_id, rocksdb::WriteBatch& batch) const;
  absl::Status Write(rocksdb::WriteBatch& batch, bool sync);
  absl::Status Resume();
  absl::Status ChangeInstanceIfRestored(const std::string& path);
  std::unique_ptr<rocksdb::Iterator> Iterate(Family family) const {
    return std::unique_ptr<rocksdb::Iterator>(
        db().NewIterator(rocksdb::ReadOptions(), this->family(family)));
  }
  // An unreadable block must not be read as an empty family: ids would be assigned a second time.
  absl::StatusOr<std::uint64_t> LastKey(Family family) const {
    const auto it = Iterate(family);
    it->SeekToLast();
    RETURN_IF_ERROR(AlertDatabase::ToStatus(it->status(), "reading the last number"));
    return it->Valid() ? DecodeKey64(View(it->key())) : 0;
  }

  rocksdb::DB& db() const { return database_->db(); }
  rocksdb::ColumnFamilyHandle* family(Family family) const { return database_->family(family); }

  const std::unique_ptr<AlertDatabase> database_;
  std::string instance_;
  std::mutex write_mutex_;  // one writer at a time; readers do not take it
  absl::Status failure_;    // of the last write; guarded by write_mutex_
  std::atomic<std::uint64_t> next_alert_id_ = 1;
  std::atomic<std::uint64_t> next_cap_number_ = 1;
};

absl::Status RocksAlertStore::LoadMeta(const std::string& path) {
  std::string format;
  const rocksdb::Status status =
      db().Get(rocksdb::ReadOptions(), family(AlertDatabase::kMeta), kFormatKey, &format);
  if (status.IsNotFound()) {
    rocksdb::WriteBatch batch;
    batch.Put(family(AlertDatabase::kMeta), kFormatKey, EncodeKey64(kAlertsFormat));
    batch.Put(family(AlertDatabase::kMeta), kInstanceKey, absl::BytesToHexString(RandomBytes(4)));
    RETURN_IF_ERROR(Write(batch, /*sync=*/true));
  } else {
    RETURN_IF_ERROR(AlertDatabase::ToStatus(status, "reading the format version"));
    const std::uint64_t version = DecodeKey64(format);
    if (version > kAlertsFormat) {
      return absl::FailedPreconditionError(
          StrCat("it has format version ", version, ", newer than ", kAlertsFormat,
                 " which this program knows: use a newer program or another data directory"));
    }
    if (version == 0) return absl::DataLossError("its format version is unreadable");
  }
  RETURN_IF_ERROR(ChangeInstanceIfRestored(path));
  RETURN_IF_ERROR(AlertDatabase::ToStatus(
      db().Get(rocksdb::ReadOptions(), family(AlertDatabase::kMeta), kInstanceKey, &instance_),
      "reading the instance"));
  ASSIGN_OR_RETURN(const std::uint64_t last_alert, LastKey(AlertDatabase::kAlerts));
  ASSIGN_OR_RETURN(const std::uint64_t last_cap, LastKey(AlertDatabase::kCap));
  next_alert_id_ = last_alert + 1;
  next_cap_number_ = last_cap + 1;
  return absl::OkStatus();
}

// A restored database does not know the messages that were issued after its backup: with the same
// instance, their ids would be issued a second time.
absl::Status RocksAlertStore::ChangeInstanceIfRestored(const std::string& path) {
  const std::string mark = StrCat(path, "/", kRestoredFile);
  std::error_code error;
  if (!std::filesystem::exists(mark, error)) return absl::OkStatus();
  rocksdb::WriteBatch batch;
  batch.Put(family(AlertDatabase::kMeta), kInstanceKey, absl::BytesToHexString(RandomBytes(4)));
  RETURN_IF_ERROR(Write(batch, /*sync=*/true));
  std::filesystem::remove(mark, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(StrCat("cannot remove ", mark, ": ", error.message()));
}

absl::Status RocksAlertStore::Write(rocksdb::WriteBatch& batch, bool sync) {
  if (!failure_.ok()) RETURN_IF_ERROR(Resume());
  rocksdb::WriteOptions options;
  options.sync = sync;
  failure_ = AlertDatabase::ToStatus(db().Write(options, &batch), "writing to the alert store");
  if (failure_.ok() && sync) {
    database_->NoteSynced();
  }
  return failure_;
}

// After a failed write RocksDB refuses all others until it has resumed. When the disk was
// full it checks for space every five seconds and is "busy" meanwhile; otherwise it waits
// for a call of Resume.
absl::Status RocksAlertStore::Resume() {
  const rocksdb::Status resumed = db().Resume();
  if (resumed.IsBusy()) {
    return absl::ResourceExhaustedError(
        "the alert store waits for room on the disk: free some, it goes on by itself");
  }
  RETURN_IF_ERROR(AlertDatabase::ToStatus(resumed, "the alert store stays read-only"));
  failure_ = absl::OkStatus();
  return failure_;
}

absl::Status RocksAlertStore::WriteStatus() {
  // A write in progress sets the status itself; this call does not wait for it.
  const std::unique_lock lock(write_mutex_, std::try_to_lock);
  if (!lock.owns_lock() || failure_.ok()) return absl::OkStatus();
  const absl::Status failure = failure_;
  return Resume().ok() ? absl::OkStatus() : failure;
}

// Adds the alert and the new lines of its trail to the batch. `written` holds the alerts already in
// the batch, because a batch may change one alert twice.
absl::Status RocksAlertStore::AppendAlert(const AlertChange& change,
                                          std::map<std::uint64_t, AlertRecord>& written,
                                          std::uint64_t& next_alert_id,
                                          rocksdb::WriteBatch& batch) const {
  AlertRecord alert = *change.alert;
  if (alert.id == 0 || alert.id > next_alert_id) {
    return absl::InvalidArgumentError(
        StrCat("alert id ", alert.id, " is out of turn: the next is ", next_alert_id));
  }
  alert.event_count = 0;
  alert.trail_hash.clear();
  if (alert.id == next_alert_id) {
    ++next_alert_id;
  } else if (const auto it = written.find(alert.id); it != written.end()) {
    alert.event_count = it->second.event_count;
    alert.trail_hash = it->second.trail_hash;
  } else {
    ASSIGN_OR_RETURN(const AlertRecord stored, GetAlert(alert.id));
    alert.event_count = stored.event_count;
    alert.trail_hash = stored.trail_hash;
  }
  for (AlertEventRecord event : change.events) {
    event.sequence = ++alert.event_count;
    event.hash = EventHash(alert.trail_hash, alert.id, event);
    alert.trail_hash = event.hash;
    batch.Put(family(AlertDatabase::kEvents), EncodeEventKey(alert.id, event.sequence),
              EncodeEvent(event));
  }
  const std::string key = EncodeKey64(alert.id);
  batch.Put(family(AlertDatabase::kAlerts), key, EncodeAlert(alert));
  if (alert.state == AlertState::kResolved) {
    batch.Delete(family(AlertDatabase::kActive), key);
  } else {
    batch.Put(family(AlertDatabase::kActive), key, "");
  }
  written[alert.id] = std::move(alert);
  return absl::OkStatus();
}

absl::Status RocksAlertStore::Apply(absl::Span<const AlertChange> changes) {
  const std::lock_guard lock(write_mutex_);
  rocksdb::WriteBatch batch;
  std::map<std::uint64_t, AlertRecord> written;
  std::uint64_t next_alert_id = next_alert_id_;
  std::uint64_t next_cap_number = next_cap_number_;
  for (const AlertChange& change : changes) {
    if (change.alert.has_value()) {
      RETURN_IF_ERROR(AppendAlert(change, written, next_alert_id, batch));
    } else if (!change.events.empty()) {
      return absl::InvalidArgumentError("a change with audit lines needs their alert");
    }
    if (change.rule_state.has_value()) {
      const RuleStateRecord& state = *change.rule_state;
      const std::string key = StrCat(state.rule, std::string_view("\0", 1), state.subject);
      if (state.tier == 0 && state.suppressed_tier == 0 && state.alert_id == 0 &&
          state.read_time == absl::InfinitePast()) {
        batch.Delete(family(AlertDatabase::kRuleState), key);
      } else {
        batch.Put(family(AlertDatabase::kRuleState), key, EncodeRuleState(state));
      }
    }
    if (change.cap.has_value()) {
      if (change.cap->cap_id != StrCat(instance_, "-", next_cap_number)) {
        return absl::InvalidArgumentError(StrCat("CAP id \"", change.cap->cap_id,
                                                 "\" is out of turn: the next is ", instance_, "-",
                                                 next_cap_number));
      }
      batch.Put(family(AlertDatabase::kCap), EncodeKey64(next_cap_number++),
                EncodeCap(*change.cap));
    }
  }
  if (batch.Count() == 0) return absl::OkStatus();
  RETURN_IF_ERROR(Write(batch, /*sync=*/true));
  next_alert_id_ = next_alert_id;
  next_cap_number_ = next_cap_number;
  return absl::OkStatus();
}

absl::Status RocksAlertStore::UpdateValues(absl::Span<const AlertRecord> alerts) {
  const std::lock_guard lock(write_mutex_);
  rocksdb::WriteBatch batch;
  for (const AlertRecord& update : alerts) {
    ASSIGN_OR_RETURN(AlertRecord alert, GetAlert(update.id));
    alert.value = update.value;
    alert.peak_value = update.peak_value;
    batch.Put(family(AlertDatabase::kAlerts), EncodeKey64(alert.id), EncodeAlert(alert));
  }
  return batch.Count() == 0 ? absl::OkStatus() : Write(batch, /*sync=*/false);
}

absl::StatusOr<AlertRecord> RocksAlertStore::GetAlert(std::uint64_t id) const {
  return ReadAlert(rocksdb::ReadOptions(), id);
}

absl::StatusOr<AlertRecord> RocksAlertStore::ReadAlert(const rocksdb::ReadOptions& options,
                                                       std::uint64_t id) const {
  std::string value;
  const rocksdb::Status status =
      db().Get(options, family(AlertDatabase::kAlerts), EncodeKey64(id), &value);
  if (status.IsNotFound()) return NoSuchAlert(id);
  RETURN_IF_ERROR(AlertDatabase::ToStatus(status, StrCat("reading alerts/", id)));
  return DecodeAlert(value);
}

absl::Status RocksAlertStore::ScanAlerts(std::uint64_t before_id,
                                         absl::FunctionRef<bool(const AlertRecord&)> visit) const {
  if (before_id == 0) return absl::OkStatus();
  const auto it = Iterate(AlertDatabase::kAlerts);
  for (it->SeekForPrev(EncodeKey64(before_id - 1)); it->Valid(); it->Prev()) {
    ASSIGN_OR_RETURN(const AlertRecord alert, DecodeAlert(View(it->value())));
    if (!visit(alert)) return absl::OkStatus();
  }
  return AlertDatabase::ToStatus(it->status(), "listing alerts");
}

absl::StatusOr<std::vector<AlertRecord>> RocksAlertStore::ListActiveAlerts() const {
  std::vector<AlertRecord> alerts;
  const auto it = Iterate(AlertDatabase::kActive);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(AlertRecord alert, GetAlert(DecodeKey64(View(it->key()))));
    alerts.push_back(std::move(alert));
  }
  RETURN_IF_ERROR(AlertDatabase::ToStatus(it->status(), "listing active alerts"));
  return alerts;
}

absl::StatusOr<std::vector<AlertEventRecord>> RocksAlertStore::ListEvents(
    std::uint64_t alert_id) const {
  RETURN_IF_ERROR(GetAlert(alert_id).status());
  std::vector<AlertEventRecord> events;
  const std::string prefix = EncodeKey64(alert_id);
  const auto it = Iterate(AlertDatabase::kEvents);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    ASSIGN_OR_RETURN(AlertEventRecord event, DecodeEvent(View(it->value())));
    events.push_back(std::move(event));
  }
  RETURN_IF_ERROR(
      AlertDatabase::ToStatus(it->status(), StrCat("reading the trail of alerts/", alert_id)));
  return events;
}

absl::StatusOr<TrailCheck> RocksAlertStore::VerifyTrail(TrailPosition from,
                                                        std::size_t events_max) const {
  // Alert and trail as of one time: a line that is written meanwhile is not an inserted one.
  rocksdb::ManagedSnapshot snapshot(&db());
  rocksdb::ReadOptions options;
  options.snapshot = snapshot.snapshot();
  const absl::StatusOr<AlertRecord> alert = ReadAlert(options, from.alert_id);
  if (IsDamage(alert.status())) {
    TrailChecker checker({.alert_id = from.alert_id}, "");
    checker.Fail(0, StrCat("the alert cannot be read: ", ToStd(alert.status().message())));
    return checker.check();
  }
  RETURN_IF_ERROR(alert.status());
  const std::string prefix = EncodeKey64(from.alert_id);
  const std::unique_ptr<rocksdb::Iterator> it(
      db().NewIterator(options, family(AlertDatabase::kEvents)));
  it->Seek(EncodeEventKey(from.alert_id, from.sequence));
  std::string previous_hash;
  if (from.sequence > 0) {
    TrailChecker previous({from.alert_id, from.sequence - 1}, "");
    const absl::Status read = AlertDatabase::ToStatus(
        it->status(), StrCat("reading the trail of alerts/", from.alert_id));
    if (!read.ok()) return Unreadable(read, previous);
    if (!it->Valid() || View(it->key()) != EncodeEventKey(from.alert_id, from.sequence)) {
      previous.Fail(from.sequence, StrCat("line ", from.sequence, " is missing"));
      return previous.check();
    }
    const absl::StatusOr<AlertEventRecord> event = DecodeEvent(View(it->value()));
    if (!event.ok()) return Unreadable(event.status(), previous);
    previous_hash = event->hash;
    it->Next();
  }
  TrailChecker checker(from, std::move(previous_hash));
  for (; it->Valid() && it->key().starts_with(prefix); it->Next()) {
    if (checker.check().events_checked == events_max) return checker.check();
    const absl::StatusOr<AlertEventRecord> event = DecodeEvent(View(it->value()));
    if (!event.ok()) return Unreadable(event.status(), checker);
    if (!checker.Add(*event)) return checker.check();
  }
  const absl::Status read =
      AlertDatabase::ToStatus(it->status(), StrCat("reading the trail of alerts/", from.alert_id));
  if (!read.ok()) return Unreadable(read, checker);
  checker.End(*alert);
  return checker.check();
}

absl::StatusOr<std::vector<RuleStateRecord>> RocksAlertStore::ListRuleStates() const {
  std::vector<RuleStateRecord> states;
  const auto it = Iterate(AlertDatabase::kRuleState);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(RuleStateRecord state, DecodeRuleState(View(it->value())));
    states.push_back(std::move(state));
  }
  RETURN_IF_ERROR(AlertDatabase::ToStatus(it->status(), "reading the states of rules"));
  return states;
}

absl::StatusOr<CapRecord> RocksAlertStore::GetCap(std::string_view cap_id) const {
  const std::size_t dash = std::min(cap_id.find('-'), cap_id.size());
  const std::string_view digits = cap_id.substr(std::min(dash + 1, cap_id.size()));
  std::uint64_t number = 0;
  // Compared as text again, because SimpleAtoi accepts " 7" and "+7" as well.
  if (!absl::SimpleAtoi(ToAbsl(digits), &number) ||
      StrCat(cap_id.substr(0, dash), "-", number) != cap_id) {
    return absl::NotFoundError(StrCat("there is no CAP message \"",
                                      absl::CHexEscape(ToAbsl(cap_id)),
                                      "\": ids are listed in an alert's cap_ids"));
  }
  std::string value;
  const rocksdb::Status status =
      db().Get(rocksdb::ReadOptions(), family(AlertDatabase::kCap), EncodeKey64(number), &value);
  if (status.IsNotFound()) {
    return absl::NotFoundError(
        StrCat("CAP message ", absl::CHexEscape(ToAbsl(cap_id)), " was not issued"));
  }
  RETURN_IF_ERROR(AlertDatabase::ToStatus(status, StrCat("reading CAP message ", cap_id)));
  ASSIGN_OR_RETURN(CapRecord cap, DecodeCap(value));
  // The number was issued by another instance: before a restore, or elsewhere.
  if (cap.cap_id != cap_id) {
    return absl::NotFoundError(
        StrCat("CAP message ", absl::CHexEscape(ToAbsl(cap_id)), " was not issued"));
  }
  return cap;
}

absl::Status RocksAlertStore::ScanCaps(absl::FunctionRef<bool(const CapRecord&)> visit) const {
  const auto it = Iterate(AlertDatabase::kCap);
  for (it->SeekToLast(); it->Valid(); it->Prev()) {
    ASSIGN_OR_RETURN(const CapRecord cap, DecodeCap(View(it->value())));
    if (!visit(cap)) return absl::OkStatus();
  }
  return AlertDatabase::ToStatus(it->status(), "listing CAP messages");
}

absl::StatusOr<StoreCopy> RocksAlertStore::Copy(const std::string& directory) {
  const std::lock_guard lock(write_mutex_);
  if (!failure_.ok()) RETURN_IF_ERROR(Resume());
  std::error_code ignored;
  if (std::filesystem::exists(directory, ignored)) {
    return absl::FailedPreconditionError(StrCat(directory, " exists: give a new directory"));
  }
  StoreCopy copy{.offset = next_alert_id_.load() - 1, .identity = IdentityOf(db())};
  const absl::Status copied = AlertDatabase::ToStatus(
      CopyDatabase(db(), database_->families(), std::filesystem::absolute(directory).string()),
      "copying the alert store");
  if (copied.ok()) return copy;
  std::filesystem::remove_all(directory, ignored);
  return copied;
}

}  // namespace

absl::StatusOr<std::unique_ptr<AlertStore>> OpenRocksAlertStore(
    const std::string& path, const RocksAlertStoreOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<AlertDatabase> database, AlertDatabase::Open(path, options));
  auto store = std::make_unique<RocksAlertStore>(std::move(database));
  if (const absl::Status meta = store->LoadMeta(path); !meta.ok()) {
    return absl::Status(meta.code(), StrCat("the alert store ", path, ": ", ToStd(meta.message())));
  }
  return store;
}

}  // namespace citylayers::storage
