// Commands `citylayers alerts ...`.
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/alerts/v1/alert_service.grpc.pb.h"
#include "proto/support/enum_id.h"
#include "proto/support/proto_time.h"
#include "services/programs/citylayers/audit_command.h"
#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/display_width.h"
#include "services/programs/citylayers/program.h"

namespace citylayers::cli {
namespace {

using alerts::v1::Alert;
using alerts::v1::AlertEvent;
using Stub = alerts::v1::AlertService::Stub;

constexpr int kPageSizeMax = 1000;
constexpr std::size_t kTableLimit = 1000;

std::unique_ptr<Stub> NewStub(Program& program) {
  return alerts::v1::AlertService::NewStub(program.Channel());
}

std::string SeverityWord(const Alert& alert) {
  return EnumWord(alerts::v1::Severity_Name(alert.severity()), "SEVERITY_");
}

std::string StateWord(const Alert& alert) {
  return EnumWord(alerts::v1::AlertState_Name(alert.state()), "ALERT_STATE_");
}

std::string KindWord(const Alert& alert) {
  return EnumWord(alerts::v1::AlertKind_Name(alert.kind()), "ALERT_KIND_");
}

Tone ToneOf(const Alert& alert) {
  if (alert.state() == alerts::v1::ALERT_STATE_RESOLVED) return Tone::kDim;
  if (alert.severity() >= alerts::v1::SEVERITY_SEVERE) return Tone::kBad;
  return alert.severity() == alerts::v1::SEVERITY_MODERATE ? Tone::kWarning : Tone::kNotice;
}

std::string ValueText(const Alert& alert, double value) {
  if (alert.unit().empty()) return "";
  return StrCat(FormatNumber(value, alert.unit() == "m" ? 2 : 0), " ", alert.unit());
}

Place PlaceOfAlert(const Alert& alert) {
  return alert.has_location() ? PlaceOf(alert.location()) : Place{};
}

std::vector<TableColumn> AlertColumns() {
  return {{.header = "ALERT", .width = 18},
          {.header = "severity", .width = 8},
          {.header = "state", .width = 12},
          {.header = "level", .align = Align::kRight},
          {.header = "worst", .align = Align::kRight},
          {.header = "place", .width = 18},
          {.header = "value now", .align = Align::kRight, .width = 10},
          {.header = "at its worst", .align = Align::kRight},
          {.header = "raised (city time)", .width = 19},
          {.header = "exercise"},
          {.header = "headline"}};
}

std::vector<Cell> AlertCells(const Alert& alert) {
  return {alert.name(),
          {SeverityWord(alert), ToneOf(alert)},
          StateWord(alert),
          StrCat(alert.level()),
          StrCat(alert.worst_level()),
          alert.place(),
          StrCat(ValueText(alert, alert.value()), alert.has_silent_since_time() ? " (silent)" : ""),
          ValueText(alert, alert.peak_value()),
          FormatCityTime(FromProtoTime(alert.create_time())),
          std::string(alert.exercise() ? "yes" : ""),
          FitWidth(alert.headline().vi(), 60)};
}

std::string RenderAlert(const Program& program, const Alert& alert) {
  return RenderOneResource(
      program.format(), alert,
      {{"name", alert.name()},
       {"headline", alert.headline().vi()},
       {"", alert.headline().en()},
       {"instruction", alert.instruction().vi()},
       {"", alert.instruction().en()},
       {"severity", StrCat(SeverityWord(alert), ", level ", alert.level(), " of rule ",
                           alert.rule(), " (", KindWord(alert), ")")},
       {"at its worst",
        StrCat(EnumWord(alerts::v1::Severity_Name(alert.worst_severity()), "SEVERITY_"), ", level ",
               alert.worst_level())},
       {"state", StateWord(alert)},
       {"no data since", alert.has_silent_since_time()
                             ? StrCat(FormatCityTime(FromProtoTime(alert.silent_since_time())),
                                      ": the alert keeps its state")
                             : ""},
       {"place", alert.place()},
       {"subject", alert.subject()},
       {"value", StrCat(ValueText(alert, alert.value()), " now, ",
                        ValueText(alert, alert.peak_value()), " at its worst")},
       {"raised", FormatCityTime(FromProtoTime(alert.create_time()))},
       {"changed", FormatCityTime(FromProtoTime(alert.update_time()))},
       {"resolved",
        alert.has_resolve_time() ? FormatCityTime(FromProtoTime(alert.resolve_time())) : ""},
       {"acknowledged", alert.acknowledged_by()},
       {"exercise", alert.exercise() ? "yes: a replay raised it" : ""},
       {"CAP", alert.cap_ids().empty() ? "" : *alert.cap_ids().rbegin()}},
      PlaceOfAlert(alert));
}

absl::Status ListAlerts(Program& program, const std::string& filter,
                        std::optional<std::size_t> most) {
  const std::size_t limit = program.LimitOf(most, kTableLimit);
  bool is_cut = false;
  const auto stub = NewStub(program);
  ResourceList list = program.List(AlertColumns());
  std::vector<alerts::v1::DataGap> gaps;
  alerts::v1::ListAlertsRequest request;
  request.set_filter(filter);
  do {
    const std::size_t left = limit - list.size();
    request.set_page_size(static_cast<int>(std::min<std::size_t>(left, kPageSizeMax)));
    ASSIGN_OR_RETURN(const auto page, program.Call(&Stub::ListAlerts, *stub, request));
    for (const Alert& alert : page.alerts()) {
      if (is_cut = list.size() >= limit; is_cut) break;
      list.Add(alert, AlertCells(alert), PlaceOfAlert(alert));
    }
    request.set_page_token(page.next_page_token());
    if (gaps.empty()) gaps.assign(page.data_gaps().begin(), page.data_gaps().end());
  } while (!request.page_token().empty() && list.size() < limit);
  const std::string none = filter.empty() ? "no alerts" : "no alerts match the filter";
  program.Print(
      list.Render(gaps.empty() ? none : StrCat(none, ", but some inputs are not evaluated")));
  // To stderr, so that stdout stays valid JSON.
  for (const alerts::v1::DataGap& gap : gaps) {
    program.Say(StrCat("not evaluated: ", gap.subject(), ": ", gap.reason()));
  }
  if (is_cut || !request.page_token().empty()) program.SayCut(list.size());
  return absl::OkStatus();
}

absl::Status WatchAlerts(Program& program, const std::string& filter, std::size_t count) {
  StopSignal stop;
  const auto stub = NewStub(program);
  const ResourceList list = program.List(AlertColumns());
  program.Print(list.RenderHeader());
  std::size_t shown = 0;
  return program.Follow(
      stop,
      [&](grpc::ClientContext& context) {
        alerts::v1::WatchAlertsRequest request;
        request.set_filter(filter);
        return stub->WatchAlerts(&context, request);
      },
      [&](const alerts::v1::WatchAlertsResponse& response) {
        for (const Alert& alert : response.alerts()) {
          program.Print(list.RenderOne(alert, AlertCells(alert), PlaceOfAlert(alert)));
          if (++shown == count) return false;
        }
        return true;
      });
}

absl::Status GetAlert(Program& program, const std::string& name) {
  alerts::v1::GetAlertRequest request;
  request.set_name(ResourceName("alerts", name));
  ASSIGN_OR_RETURN(const auto response, program.Call(&Stub::GetAlert, *NewStub(program), request));
  program.Print(RenderAlert(program, response.alert()));
  return absl::OkStatus();
}

absl::Status Events(Program& program, const std::string& name) {
  RETURN_IF_ERROR(program.NoPlaces());
  alerts::v1::ListAlertEventsRequest request;
  request.set_parent(ResourceName("alerts", name));
  ASSIGN_OR_RETURN(const auto response,
                   program.Call(&Stub::ListAlertEvents, *NewStub(program), request));
  ResourceList list = program.List({{.header = "#", .align = Align::kRight},
                                    {.header = "event"},
                                    {.header = "level", .align = Align::kRight},
                                    {.header = "city time"},
                                    {.header = "written (wall clock)"},
                                    {.header = "who"},
                                    {.header = "comment"},
                                    {.header = "hash"}});
  for (const AlertEvent& event : response.events()) {
    list.Add(event, {StrCat(event.sequence()),
                     EnumWord(alerts::v1::AlertEventType_Name(event.type()), "ALERT_EVENT_TYPE_"),
                     StrCat(event.level()), FormatCityTime(FromProtoTime(event.event_time())),
                     FormatCityTime(FromProtoTime(event.write_time())), event.actor(),
                     event.comment(), event.hash().substr(0, 12)});
  }
  program.Print(list.Render("no events"));
  return absl::OkStatus();
}

absl::Status Cap(Program& program, const std::string& id) {
  RETURN_IF_ERROR(program.NoPlaces());
  const auto stub = NewStub(program);
  alerts::v1::GetCapRequest request;
  request.set_cap_id(id);
  if (id.rfind("alerts/", 0) == 0) {
    alerts::v1::GetAlertRequest get;
    get.set_name(id);
    ASSIGN_OR_RETURN(const auto alert, program.Call(&Stub::GetAlert, *stub, get));
    if (alert.alert().cap_ids().empty()) {
      return absl::NotFoundError(StrCat("no CAP message has been issued for ", id));
    }
    request.set_cap_id(*alert.alert().cap_ids().rbegin());
  }
  ASSIGN_OR_RETURN(const auto response, program.Call(&Stub::GetCap, *stub, request));
  program.Print(response.xml());
  if (!response.xml().empty() && response.xml().back() != '\n') program.Print("\n");
  return absl::OkStatus();
}

absl::Status ListCap(Program& program) {
  RETURN_IF_ERROR(program.NoPlaces());
  ASSIGN_OR_RETURN(const auto response,
                   program.Call(&Stub::ListCapMessages, *NewStub(program), {}));
  ResourceList list = program.List({{.header = "CAP ID"},
                                    {.header = "type"},
                                    {.header = "alert"},
                                    {.header = "sent (city time)"},
                                    {.header = "headline"}});
  for (const alerts::v1::CapMessage& message : response.messages()) {
    list.Add(message, {message.cap_id(), EnumId(message.message_type()), message.alert(),
                       FormatCityTime(FromProtoTime(message.sent_time())),
                       FitWidth(message.headline().vi(), 60)});
  }
  program.Print(list.Render("no CAP messages are in force"));
  return absl::OkStatus();
}

// The arguments of `ack` and `resolve`.
struct Action {
  std::string name;
  std::string by;
  std::string comment;
};

absl::Status Acknowledge(Program& program, const Action& action) {
  alerts::v1::AcknowledgeAlertRequest request;
  request.set_name(ResourceName("alerts", action.name));
  request.set_actor(action.by);
  request.set_comment(action.comment);
  ASSIGN_OR_RETURN(const auto response,
                   program.Call(&Stub::AcknowledgeAlert, *NewStub(program), request));
  program.Print(RenderAlert(program, response.alert()));
  return absl::OkStatus();
}

absl::Status Resolve(Program& program, const Action& action) {
  alerts::v1::ResolveAlertRequest request;
  request.set_name(ResourceName("alerts", action.name));
  request.set_actor(action.by);
  request.set_comment(action.comment);
  ASSIGN_OR_RETURN(const auto response,
                   program.Call(&Stub::ResolveAlert, *NewStub(program), request));
  program.Print(RenderAlert(program, response.alert()));
  return absl::OkStatus();
}

std::shared_ptr<Action> AddActionOptions(CLI::App* command, bool needs_comment) {
  auto action = std::make_shared<Action>();
  if (const char* user = std::getenv("USER")) action->by = user;
  command->add_option("alert", action->name, "The alert: alerts/ID or ID")->required();
  command->add_option("--by", action->by, "Name of the operator")
      ->type_name("NAME")
      ->capture_default_str();
  CLI::Option* comment =
      command->add_option("--comment", action->comment, "Reason or other comment");
  if (needs_comment) comment->required();
  return action;
}

absl::Status NeedsActor(const Action& action) {
  if (!action.by.empty()) return absl::OkStatus();
  return Program::Usage(
      absl::InvalidArgumentError("--by NAME is required: the name of the operator"));
}

void AddReading(CLI::App& alerts, Program& program) {
  struct ListOptions {
    std::string filter;
    std::optional<std::size_t> limit;
    std::size_t count = 0;
  };
  constexpr char kFilterHelp[] = "Filter, e.g. 'severity >= SEVERE AND state != RESOLVED'";
  CLI::App* list = program.Add(alerts, "list", "List alerts, newest first",
                               "  citylayers alerts list\n"
                               "  citylayers alerts list --filter 'severity >= SEVERE' --format "
                               "json\n"
                               "  citylayers alerts list --filter 'state != RESOLVED AND place = "
                               "\"Phú An\"'");
  auto options = std::make_shared<ListOptions>();
  list->add_option("--filter", options->filter, kFilterHelp);
  list->add_option("--limit", options->limit,
                   "Maximum number of alerts; default: 1000 in a table, else all")
      ->check(CLI::Range(1, 1'000'000));
  program.OnRun(
      list, [&program, options] { return ListAlerts(program, options->filter, options->limit); });

  CLI::App* watch = program.Add(alerts, "watch", "Follow alerts as they change; end with Ctrl-C",
                                "  citylayers alerts watch --filter 'state != RESOLVED'\n"
                                "  citylayers alerts watch --format ndjson");
  watch->add_option("--filter", options->filter, kFilterHelp);
  watch->add_option("--count", options->count, "Number of alerts after which to end; 0: unlimited");
  program.OnRun(
      watch, [&program, options] { return WatchAlerts(program, options->filter, options->count); });

  auto name = std::make_shared<std::string>();
  CLI::App* get = program.Add(alerts, "get", "Show one alert", "  citylayers alerts get alerts/17");
  get->add_option("alert", *name, "The alert: alerts/ID or ID")->required();
  program.OnRun(get, [&program, name] { return GetAlert(program, *name); });

  CLI::App* events = program.Add(alerts, "events", "Show an alert's audit trail, oldest first",
                                 "  citylayers alerts events alerts/17");
  events->add_option("alert", *name, "The alert: alerts/ID or ID")->required();
  program.OnRun(events, [&program, name] { return Events(program, *name); });

  CLI::App* cap = program.Add(alerts, "cap", "List CAP messages, or print one as XML",
                              "  citylayers alerts cap\n"
                              "  citylayers alerts cap alerts/17 > alert.xml");
  cap->add_option("id", *name, "A CAP message's id, or alerts/ID for its latest");
  program.OnRun(
      cap, [&program, name] { return name->empty() ? ListCap(program) : Cap(program, *name); });
}

void AddActing(CLI::App& alerts, Program& program) {
  CLI::App* ack = program.Add(alerts, "ack", "Acknowledge an alert",
                              "  citylayers alerts ack alerts/17 --by lan --comment 'crew sent'");
  const auto acknowledge = AddActionOptions(ack, /*needs_comment=*/false);
  program.OnRun(ack, [&program, acknowledge]() -> absl::Status {
    RETURN_IF_ERROR(NeedsActor(*acknowledge));
    return Acknowledge(program, *acknowledge);
  });

  CLI::App* resolve =
      program.Add(alerts, "resolve", "End an alert by hand",
                  "  citylayers alerts resolve 17 --by lan --comment 'false alarm'");
  const auto end = AddActionOptions(resolve, /*needs_comment=*/true);
  program.OnRun(resolve, [&program, end]() -> absl::Status {
    RETURN_IF_ERROR(NeedsActor(*end));
    return Resolve(program, *end);
  });
}

}  // namespace

void AddAlertsCommands(CLI::App& app, Program& program) {
  CLI::App* alerts = program.AddGroup(app, "alerts", "Alerts: list, follow, acknowledge, resolve");
  AddReading(*alerts, program);
  AddActing(*alerts, program);
  AddVerifyAuditCommand(*alerts, program);
}

}  // namespace citylayers::cli
