// An alert store for tests that fails on demand.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAILING_ALERT_STORE_H_
#define CITYLAYERS_TESTS_SUPPORT_FAILING_ALERT_STORE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/alerts/alert_store.h"

namespace citylayers::alerts {

/// Forwards all calls to a real store, except those that its flags let fail. The
/// store must outlive it.
class FailingStore final : public storage::AlertStore {
 public:
  explicit FailingStore(storage::AlertStore& store) : store_(store) {}

  bool fails = false;               ///< Apply returns that the disk is full
  bool fails_values = false;        ///< UpdateValues returns it
  std::string damaged_cap;          ///< id of a CAP message that cannot be read
  std::uint64_t missing_alert = 0;  ///< id of an alert without a record, for VerifyTrail
  std::uint64_t damaged_trail = 0;  ///< id of an alert whose line 1 VerifyTrail finds changed

  std::uint64_t NextAlertId() const override { return store_.NextAlertId(); }
  std::string NextCapId(int ahead) const override { return store_.NextCapId(ahead); }
  absl::Status Apply(absl::Span<const storage::AlertChange> changes) override {
    return fails ? absl::ResourceExhaustedError("the disk is full") : store_.Apply(changes);
  }
  absl::Status UpdateValues(absl::Span<const storage::AlertRecord> alerts) override {
    return fails_values ? absl::ResourceExhaustedError("the disk is full")
                        : store_.UpdateValues(alerts);
  }
  absl::StatusOr<storage::AlertRecord> GetAlert(std::uint64_t id) const override {
    return store_.GetAlert(id);
  }
  absl::Status ScanAlerts(
      std::uint64_t before_id,
      absl::FunctionRef<bool(const storage::AlertRecord&)> visit) const override {
    return store_.ScanAlerts(before_id, visit);
  }
  absl::StatusOr<std::vector<storage::AlertRecord>> ListActiveAlerts() const override {
    return store_.ListActiveAlerts();
  }
  absl::StatusOr<std::vector<storage::AlertEventRecord>> ListEvents(
      std::uint64_t id) const override {
    return store_.ListEvents(id);
  }
  absl::StatusOr<storage::TrailCheck> VerifyTrail(storage::TrailPosition from,
                                                  std::size_t events_max) const override {
    if (from.alert_id == missing_alert) return absl::NotFoundError("there is no such alert");
    absl::StatusOr<storage::TrailCheck> check = store_.VerifyTrail(from, events_max);
    if (check.ok() && from.alert_id == damaged_trail) {
      check->damage = {.sequence = 1, .reason = "line 1 was changed"};
    }
    return check;
  }
  absl::StatusOr<std::vector<storage::RuleStateRecord>> ListRuleStates() const override {
    return store_.ListRuleStates();
  }
  absl::StatusOr<storage::CapRecord> GetCap(std::string_view cap_id) const override {
    if (cap_id == damaged_cap) return absl::DataLossError("the CAP message record is damaged");
    return store_.GetCap(cap_id);
  }
  absl::Status ScanCaps(absl::FunctionRef<bool(const storage::CapRecord&)> visit) const override {
    return store_.ScanCaps(visit);
  }
  absl::Status WriteStatus() override { return store_.WriteStatus(); }
  std::string Loss() const override { return store_.Loss(); }
  absl::StatusOr<storage::StoreCopy> Copy(const std::string& directory) override {
    return store_.Copy(directory);
  }

 private:
  storage::AlertStore& store_;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_TESTS_SUPPORT_FAILING_ALERT_STORE_H_
