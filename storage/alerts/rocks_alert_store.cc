#include "storage/alerts/rocks_alert_store.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"
#include "rocksdb/write_batch.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "storage/alerts/alert_codec.h"
#include "storage/alerts/random_bytes.h"
#include "storage/rocks/saved_logs.h"
#include "storage/rocks/synced_mark.h"

namespace citylayers::storage {
namespace {

constexpr std::uint64_t kFormatVersion = 1;
constexpr char kFormatKey[] = "format";
constexpr char kInstanceKey[] = "instance";

// Column families in the order of their handles. "default" holds data about the database itself.
enum Family { kMeta, kAlerts, kActive, kEvents, kRuleState, kCap, kFamilyCount };
constexpr std::array<const char*, kFamilyCount> kFamilyNames = {"default", "alerts",     "active",
                                                                "events",  "rule_state", "cap"};

absl::Status ToStatus(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = StrCat(doing, ": ", status.ToString());
  if (status.IsNoSpace() || status.subcode() == rocksdb::Status::kNoSpace) {
    return absl::ResourceExhaustedError(StrCat(text, ": free some space on the disk"));
  }
  if (status.IsNotFound()) return absl::NotFoundError(text);
  if (status.IsCorruption()) {
    return absl::DataLossError(StrCat(text, ": restore the data directory from a backup"));
  }
  return absl::UnavailableError(StrCat(text, ": check the disk of the data directory"));
}

absl::Status NoSuchAlert(std::uint64_t id) {
  return absl::NotFoundError(
      StrCat("alerts/", id, " does not exist: list the alerts for valid names"));
}

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

class RocksAlertStore final : public AlertStore {
 public:
  static absl::StatusOr<std::unique_ptr<AlertStore>> Open(const std::string& path,
                                                          const RocksAlertStoreOptions& options);

  ~RocksAlertStore() override {
    if (mark_ != nullptr) NoteManifest();
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  }

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
  absl::Status VerifyTrail(std::uint64_t alert_id) const override;
  absl::StatusOr<std::vector<RuleStateRecord>> ListRuleStates() const override;
  absl::StatusOr<CapRecord> GetCap(std::string_view cap_id) const override;
  absl::Status ScanCaps(absl::FunctionRef<bool(const CapRecord&)> visit) const override;
  absl::Status WriteStatus() override;
  std::string Loss() const override { return loss_; }

 private:
  explicit RocksAlertStore(std::unique_ptr<rocksdb::DB> db,
                           std::vector<rocksdb::ColumnFamilyHandle*> handles)
      : db_(std::move(db)), handles_(std::move(handles)) {}

  absl::Status LoadMeta();
  absl::Status AppendAlert(const AlertChange& change, std::map<std::uint64_t, AlertRecord>& written,
                           std::uint64_t& next_alert_id, rocksdb::WriteBatch& batch) const;
  absl::Status Write(rocksdb::WriteBatch& batch, bool sync);
  absl::Status Resume();
  void NoteManifest();
  std::unique_ptr<rocksdb::Iterator> Iterate(Family family) const {
    return std::unique_ptr<rocksdb::Iterator>(
        db_->NewIterator(rocksdb::ReadOptions(), handles_[family]));
  }
  // An unreadable block must not be read as an empty family: ids would be assigned a second time.
  absl::StatusOr<std::uint64_t> LastKey(Family family) const {
    const auto it = Iterate(family);
    it->SeekToLast();
    RETURN_IF_ERROR(ToStatus(it->status(), "reading the last number"));
    return it->Valid() ? DecodeKey64(View(it->key())) : 0;
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::unique_ptr<SyncedMark> mark_;
  std::string loss_;
  std::string instance_;
  std::mutex write_mutex_;  // one writer at a time; readers do not take it
  absl::Status failure_;    // of the last write; guarded by write_mutex_
  std::atomic<std::uint64_t> next_alert_id_ = 1;
  std::atomic<std::uint64_t> next_cap_number_ = 1;
};

// RocksDB would write its own log into the directory, and Debian's build of 7.8.3 has assertions
// on: on a full disk, the log line after the one that failed ends the process. Errors are returned
// as statuses.
class NoLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// RocksDB distinguishes only by its text whether another process holds the lock or the
// file cannot be locked.
bool IsHeldByAnother(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  if (absl::StartsWith(text, "IO error: lock hold by current process")) return true;
  return absl::StartsWith(text, "IO error: While lock file: ") &&
         (absl::EndsWith(text, std::strerror(EAGAIN)) ||
          absl::EndsWith(text, std::strerror(EACCES)));
}

// True when the directory holds a database, or the remains of one.
bool HoldsDatabase(const std::string& path) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (absl::StartsWith(name, "MANIFEST-") || absl::EndsWith(name, ".sst")) return true;
  }
  return false;
}

rocksdb::Options MakeOptions(const RocksAlertStoreOptions& options) {
  rocksdb::Options out;
  out.create_if_missing = options.create_if_missing;
  out.create_missing_column_families = true;
  out.write_buffer_size = options.write_buffer_bytes;
  // Alerts come at a few per minute: small files and one background thread are sufficient.
  out.max_background_jobs = 2;
  out.max_open_files = 64;
  out.info_log = std::make_shared<NoLogger>();
  // A torn last record of the log was never acknowledged; one in the middle is
  // damage and is reported.
  out.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // A log that is not the last one must be whole.
  out.track_and_verify_wals_in_manifest = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return out;
}

absl::StatusOr<std::unique_ptr<AlertStore>> RocksAlertStore::Open(
    const std::string& path, const RocksAlertStoreOptions& options) {
  rocksdb::Options db_options = MakeOptions(options);
  // RocksDB creates a new database in a directory without CURRENT, whatever else is in it.
  if (HoldsDatabase(path)) db_options.create_if_missing = false;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name : kFamilyNames) {
    families.emplace_back(name, rocksdb::ColumnFamilyOptions(db_options));
  }
  // A newer version may have families unknown to this one; Open would refuse them with a message
  // that does not mention versions.
  std::vector<std::string> present;
  if (rocksdb::DB::ListColumnFamilies(db_options, path, &present).ok()) {
    for (const std::string& name : present) {
      if (std::find(kFamilyNames.begin(), kFamilyNames.end(), name) == kFamilyNames.end()) {
        return absl::FailedPreconditionError(
            StrCat("the alert store ", path, " has a part \"", name,
                   "\" that this program does not know: it was written by a newer version; "
                   "use that version or another data directory"));
      }
    }
  } else if (!options.create_if_missing) {
    return absl::NotFoundError(StrCat("there is no alert store in ", path));
  }
  std::error_code error;
  std::filesystem::create_directories(path, error);
  ASSIGN_OR_RETURN(std::unique_ptr<SyncedMark> mark, SyncedMark::Open(StrCat(path, "/SYNCED")));
  RETURN_IF_ERROR(mark->CheckManifest(path));
  SavedLogs logs(path, StrCat(path, "/lost-logs"));
  rocksdb::DB* raw = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status status = rocksdb::DB::Open(db_options, path, families, &handles, &raw);
  if (IsHeldByAnother(status)) {
    return absl::FailedPreconditionError(
        StrCat("the alert store ", path, " is in use by another process: ", status.ToString(),
               ": stop it or use another data directory"));
  }
  RETURN_IF_ERROR(ToStatus(status, StrCat("opening the alert store ", path)));
  auto store = std::unique_ptr<RocksAlertStore>(
      new RocksAlertStore(std::unique_ptr<rocksdb::DB>(raw), std::move(handles)));
  store->mark_ = std::move(mark);
  store->NoteManifest();
  const std::uint64_t sequence = store->db_->GetLatestSequenceNumber();
  if (store->mark_->found().has_value() && store->mark_->found()->sequence > sequence) {
    const std::string kept = logs.Keep();
    store->loss_ = StrCat(
        path, ": the write-ahead log was cut off or damaged: the last ",
        store->mark_->found()->sequence - sequence,
        " changes of alerts are lost; restore the directory from a backup or go on without them",
        kept.empty() ? "" : "; what is left of the log is in ", kept);
  }
  if (absl::Status meta = store->LoadMeta(); !meta.ok()) {
    return absl::Status(meta.code(), StrCat("the alert store ", path, ": ", meta.message()));
  }
  return store;
}

absl::Status RocksAlertStore::LoadMeta() {
  std::string format;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), handles_[kMeta], kFormatKey, &format);
  if (status.IsNotFound()) {
    rocksdb::WriteBatch batch;
    batch.Put(handles_[kMeta], kFormatKey, EncodeKey64(kFormatVersion));
    batch.Put(handles_[kMeta], kInstanceKey, absl::BytesToHexString(RandomBytes(4)));
    RETURN_IF_ERROR(Write(batch, /*sync=*/true));
  } else {
    RETURN_IF_ERROR(ToStatus(status, "reading the format version"));
    const std::uint64_t version = DecodeKey64(format);
    if (version > kFormatVersion) {
      return absl::FailedPreconditionError(
          StrCat("it has format version ", version, ", newer than ", kFormatVersion,
                 " which this program knows: use a newer program or another data directory"));
    }
    if (version == 0) return absl::DataLossError("its format version is unreadable");
  }
  RETURN_IF_ERROR(
      ToStatus(db_->Get(rocksdb::ReadOptions(), handles_[kMeta], kInstanceKey, &instance_),
               "reading the instance"));
  ASSIGN_OR_RETURN(const std::uint64_t last_alert, LastKey(kAlerts));
  ASSIGN_OR_RETURN(const std::uint64_t last_cap, LastKey(kCap));
  next_alert_id_ = last_alert + 1;
  next_cap_number_ = last_cap + 1;
  return absl::OkStatus();
}

absl::Status RocksAlertStore::Write(rocksdb::WriteBatch& batch, bool sync) {
  if (!failure_.ok()) RETURN_IF_ERROR(Resume());
  rocksdb::WriteOptions options;
  options.sync = sync;
  failure_ = ToStatus(db_->Write(options, &batch), "writing to the alert store");
  if (failure_.ok() && sync) {
    mark_->Set({.sequence = db_->GetLatestSequenceNumber(), .offset = 0});
    NoteManifest();
  }
  return failure_;
}

void RocksAlertStore::NoteManifest() {
  std::vector<std::string> files;
  std::uint64_t bytes = 0;
  if (!db_->GetLiveFiles(files, &bytes, /*flush_memtable=*/false).ok()) return;
  mark_->SetManifest(files, bytes);
}

// After a failed write RocksDB refuses all others until it has resumed. When the disk was
// full it checks for space every five seconds and is "busy" meanwhile; otherwise it waits
// for a call of Resume.
absl::Status RocksAlertStore::Resume() {
  const rocksdb::Status resumed = db_->Resume();
  if (resumed.IsBusy()) {
    return absl::ResourceExhaustedError(
        "the alert store waits for room on the disk: free some, it goes on by itself");
  }
  RETURN_IF_ERROR(ToStatus(resumed, "the alert store stays read-only"));
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
    batch.Put(handles_[kEvents], EncodeEventKey(alert.id, event.sequence), EncodeEvent(event));
  }
  const std::string key = EncodeKey64(alert.id);
  batch.Put(handles_[kAlerts], key, EncodeAlert(alert));
  if (alert.state == AlertState::kResolved) {
    batch.Delete(handles_[kActive], key);
  } else {
    batch.Put(handles_[kActive], key, "");
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
        batch.Delete(handles_[kRuleState], key);
      } else {
        batch.Put(handles_[kRuleState], key, EncodeRuleState(state));
      }
    }
    if (change.cap.has_value()) {
      if (change.cap->cap_id != StrCat(instance_, "-", next_cap_number)) {
        return absl::InvalidArgumentError(StrCat("CAP id \"", change.cap->cap_id,
                                                 "\" is out of turn: the next is ", instance_, "-",
                                                 next_cap_number));
      }
      batch.Put(handles_[kCap], EncodeKey64(next_cap_number++), EncodeCap(*change.cap));
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
    batch.Put(handles_[kAlerts], EncodeKey64(alert.id), EncodeAlert(alert));
  }
  return batch.Count() == 0 ? absl::OkStatus() : Write(batch, /*sync=*/false);
}

absl::StatusOr<AlertRecord> RocksAlertStore::GetAlert(std::uint64_t id) const {
  std::string value;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), handles_[kAlerts], EncodeKey64(id), &value);
  if (status.IsNotFound()) return NoSuchAlert(id);
  RETURN_IF_ERROR(ToStatus(status, StrCat("reading alerts/", id)));
  return DecodeAlert(value);
}

absl::Status RocksAlertStore::ScanAlerts(std::uint64_t before_id,
                                         absl::FunctionRef<bool(const AlertRecord&)> visit) const {
  if (before_id == 0) return absl::OkStatus();
  const auto it = Iterate(kAlerts);
  for (it->SeekForPrev(EncodeKey64(before_id - 1)); it->Valid(); it->Prev()) {
    ASSIGN_OR_RETURN(const AlertRecord alert, DecodeAlert(View(it->value())));
    if (!visit(alert)) return absl::OkStatus();
  }
  return ToStatus(it->status(), "listing alerts");
}

absl::StatusOr<std::vector<AlertRecord>> RocksAlertStore::ListActiveAlerts() const {
  std::vector<AlertRecord> alerts;
  const auto it = Iterate(kActive);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(AlertRecord alert, GetAlert(DecodeKey64(View(it->key()))));
    alerts.push_back(std::move(alert));
  }
  RETURN_IF_ERROR(ToStatus(it->status(), "listing active alerts"));
  return alerts;
}

absl::StatusOr<std::vector<AlertEventRecord>> RocksAlertStore::ListEvents(
    std::uint64_t alert_id) const {
  RETURN_IF_ERROR(GetAlert(alert_id).status());
  std::vector<AlertEventRecord> events;
  const std::string prefix = EncodeKey64(alert_id);
  const auto it = Iterate(kEvents);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    ASSIGN_OR_RETURN(AlertEventRecord event, DecodeEvent(View(it->value())));
    events.push_back(std::move(event));
  }
  RETURN_IF_ERROR(ToStatus(it->status(), StrCat("reading the trail of alerts/", alert_id)));
  return events;
}

absl::Status RocksAlertStore::VerifyTrail(std::uint64_t alert_id) const {
  ASSIGN_OR_RETURN(const AlertRecord alert, GetAlert(alert_id));
  ASSIGN_OR_RETURN(const std::vector<AlertEventRecord> events, ListEvents(alert_id));
  const auto tampered = [&](std::string_view what) {
    return absl::DataLossError(
        StrCat("the audit trail of alerts/", alert_id, " was tampered with: ", what));
  };
  std::string hash;
  std::uint32_t sequence = 0;
  for (const AlertEventRecord& event : events) {
    if (event.sequence != ++sequence) {
      return tampered(StrCat("line ", sequence, " is missing"));
    }
    hash = EventHash(hash, alert_id, event);
    if (event.hash != hash) return tampered(StrCat("line ", sequence, " was changed"));
  }
  if (sequence != alert.event_count || hash != alert.trail_hash) {
    return tampered(StrCat("it ends at line ", sequence, " and not at line ", alert.event_count,
                           " as written"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<RuleStateRecord>> RocksAlertStore::ListRuleStates() const {
  std::vector<RuleStateRecord> states;
  const auto it = Iterate(kRuleState);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(RuleStateRecord state, DecodeRuleState(View(it->value())));
    states.push_back(std::move(state));
  }
  RETURN_IF_ERROR(ToStatus(it->status(), "reading the states of rules"));
  return states;
}

absl::StatusOr<CapRecord> RocksAlertStore::GetCap(std::string_view cap_id) const {
  const std::size_t dash = std::min(cap_id.find('-'), cap_id.size());
  const std::string_view digits = cap_id.substr(std::min(dash + 1, cap_id.size()));
  std::uint64_t number = 0;
  // Compared as text again, because SimpleAtoi accepts " 7" and "+7" as well.
  if (cap_id.substr(0, dash) != instance_ || !absl::SimpleAtoi(ToAbsl(digits), &number) ||
      StrCat(instance_, "-", number) != cap_id) {
    return absl::NotFoundError(StrCat("there is no CAP message \"",
                                      absl::CHexEscape(ToAbsl(cap_id)),
                                      "\": ids are listed in an alert's cap_ids"));
  }
  std::string value;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), handles_[kCap], EncodeKey64(number), &value);
  if (status.IsNotFound()) {
    return absl::NotFoundError(StrCat("CAP message ", cap_id, " was not issued"));
  }
  RETURN_IF_ERROR(ToStatus(status, StrCat("reading CAP message ", cap_id)));
  return DecodeCap(value);
}

absl::Status RocksAlertStore::ScanCaps(absl::FunctionRef<bool(const CapRecord&)> visit) const {
  const auto it = Iterate(kCap);
  for (it->SeekToLast(); it->Valid(); it->Prev()) {
    ASSIGN_OR_RETURN(const CapRecord cap, DecodeCap(View(it->value())));
    if (!visit(cap)) return absl::OkStatus();
  }
  return ToStatus(it->status(), "listing CAP messages");
}

}  // namespace

absl::StatusOr<std::unique_ptr<AlertStore>> OpenRocksAlertStore(
    const std::string& path, const RocksAlertStoreOptions& options) {
  return RocksAlertStore::Open(path, options);
}

}  // namespace citylayers::storage
