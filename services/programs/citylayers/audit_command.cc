#include "services/programs/citylayers/audit_command.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/alerts/v1/alert_service.grpc.pb.h"
#include "services/programs/citylayers/program.h"

namespace citylayers::cli {
namespace {

using alerts::v1::AuditTrailCheck;
using Stub = alerts::v1::AlertService::Stub;

constexpr std::size_t kTableLimit = 1000;

// The trails as they are verified: adds the parts of a trail on two pages, and lists whole trails.
class Report {
 public:
  Report(Program& program, std::optional<std::size_t> limit)
      : list_(program.List({{.header = "ALERT"},
                            {.header = "events", .align = Align::kRight},
                            {.header = "result", .width = 40},
                            {.header = "head hash"}})),
        rows_max_(program.LimitOf(limit, kTableLimit)) {}

  void Add(const AuditTrailCheck& part) {
    events_ += static_cast<std::uint64_t>(part.events_checked());
    if (trail_.alert() != part.alert()) {
      Flush();
      trail_ = part;
      return;
    }
    const int events = trail_.events_checked() + part.events_checked();
    trail_ = part;
    trail_.set_events_checked(events);
  }

  // Lists the last trail. Damaged trails are listed beyond the limit of a table.
  void Flush() {
    if (trail_.alert().empty()) return;
    ++trails_;
    const bool is_damaged = trail_.has_damage();
    if (is_damaged && damaged_++ == 0) first_damaged_ = trail_;
    if (is_damaged || list_.size() < rows_max_) {
      list_.Add(trail_, {trail_.alert(),
                         StrCat(trail_.events_checked()),
                         {is_damaged ? trail_.damage().reason() : "intact",
                          is_damaged ? Tone::kBad : Tone::kPlain},
                         trail_.head_hash()});
    }
    trail_.Clear();
  }

  const ResourceList& list() const { return list_; }
  bool is_cut() const { return list_.size() < trails_; }
  std::string Summary() const {
    return StrCat(events_, events_ == 1 ? " event" : " events", " of ", trails_,
                  trails_ == 1 ? " audit trail" : " audit trails", " verified");
  }

  absl::Status Status() const {
    if (damaged_ == 0) return absl::OkStatus();
    return absl::DataLossError(
        StrCat(damaged_, damaged_ == 1 ? " audit trail is" : " audit trails are",
               " damaged, the first is that of ", first_damaged_.alert(), ": ",
               first_damaged_.damage().reason(),
               ": compare it with a backup of the data directory from before the change"));
  }

 private:
  ResourceList list_;
  const std::size_t rows_max_;
  AuditTrailCheck trail_;
  AuditTrailCheck first_damaged_;
  std::uint64_t events_ = 0;
  std::size_t trails_ = 0;
  std::size_t damaged_ = 0;
};

absl::Status VerifyAudit(Program& program, const std::string& name,
                         std::optional<std::size_t> limit) {
  RETURN_IF_ERROR(program.NoPlaces());
  const auto stub = alerts::v1::AlertService::NewStub(program.Channel());
  Report report(program, limit);
  alerts::v1::VerifyAuditTrailRequest request;
  if (!name.empty()) request.set_name(ResourceName("alerts", name));
  do {
    ASSIGN_OR_RETURN(const auto page, program.Call(&Stub::VerifyAuditTrail, *stub, request));
    for (const AuditTrailCheck& trail : page.trails()) report.Add(trail);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  report.Flush();
  program.Print(report.list().Render("no alerts: there is no audit trail"));
  if (report.is_cut()) program.SayCut(report.list().size());
  program.Say(report.Summary());
  return report.Status();
}

}  // namespace

void AddVerifyAuditCommand(CLI::App& alerts, Program& program) {
  CLI::App* verify = program.Add(
      alerts, "verify-audit", "Verify the hashes of audit trails; exit code 1 when one is damaged",
      "  citylayers alerts verify-audit\n"
      "  citylayers alerts verify-audit alerts/17\n"
      "  citylayers alerts verify-audit --format ndjson > heads.ndjson   # to be kept elsewhere");
  auto name = std::make_shared<std::string>();
  auto limit = std::make_shared<std::optional<std::size_t>>();
  verify->add_option("alert", *name, "The alert: alerts/ID or ID; default: all alerts");
  verify
      ->add_option(
          "--limit", *limit,
          "Maximum number of intact trails listed; default: 1000 in a table, else all. All "
          "are verified")
      ->check(CLI::Range(1, 1'000'000));
  program.OnRun(verify, [&program, name, limit] { return VerifyAudit(program, *name, *limit); });
}

}  // namespace citylayers::cli
