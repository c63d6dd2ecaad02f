#include "services/programs/citylayers/readings_rejected.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/readings/v1/reading_service.grpc.pb.h"
#include "proto/support/proto_time.h"

namespace citylayers::cli {
namespace {

using readings::v1::StoredRejection;
using Stub = readings::v1::ReadingService::Stub;

constexpr int kPageSizeMax = 1000;
constexpr std::size_t kTableLimit = 100;

// The value as it was sent: its measure may be unknown, so it has no unit and no decimals.
std::vector<Cell> CellsOf(const StoredRejection& stored) {
  return {FormatCityTime(FromProtoTime(stored.reject_time())),
          stored.source(),
          stored.reading().measure(),
          StrCat(stored.reading().value()),
          FormatCityTime(FromProtoTime(stored.reading().read_time())),
          EnumWord(readings::v1::RejectReason_Name(stored.rejection().reason()), "REJECT_REASON_"),
          stored.rejection().message()};
}

absl::Status ListRejected(Program& program, std::optional<std::size_t> most) {
  RETURN_IF_ERROR(program.NoPlaces());
  ResourceList list = program.List({{.header = "REJECTED (wall clock)"},
                                    {.header = "source"},
                                    {.header = "measure"},
                                    {.header = "value", .align = Align::kRight},
                                    {.header = "read (city time)"},
                                    {.header = "reason"},
                                    {.header = "message"}});
  const auto stub = readings::v1::ReadingService::NewStub(program.Channel());
  const std::size_t limit = program.LimitOf(most, kTableLimit);
  readings::v1::ListRejectedReadingsRequest request;
  bool is_cut = false;
  int damaged_rows = 0;
  do {
    request.set_page_size(
        static_cast<int>(std::min<std::size_t>(limit - list.size(), kPageSizeMax)));
    ASSIGN_OR_RETURN(const auto page, program.Call(&Stub::ListRejectedReadings, *stub, request));
    for (const StoredRejection& stored : page.rejections()) {
      if (is_cut = list.size() >= limit; is_cut) break;
      list.Add(stored, CellsOf(stored));
    }
    damaged_rows += page.damaged_row_count();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && list.size() < limit);
  program.Print(list.Render("no rejected readings are stored"));
  if (damaged_rows > 0) {
    program.Say(StrCat(damaged_rows, " stored rows are damaged; their readings are left out"));
  }
  if (is_cut || !request.page_token().empty()) program.SayCut(list.size());
  return absl::OkStatus();
}

}  // namespace

void AddReadingsRejected(CLI::App& readings, Program& program) {
  CLI::App* rejected =
      program.Add(readings, "rejected", "Rejected readings, newest first, with the reason",
                  "  citylayers readings rejected\n"
                  "  citylayers readings rejected --limit 1000 --format ndjson");
  auto limit = std::make_shared<std::optional<std::size_t>>();
  rejected
      ->add_option("--limit", *limit,
                   "Maximum number of readings; default: 100 in a table, else all")
      ->check(CLI::Range(1, 1'000'000));
  program.OnRun(rejected, [&program, limit] { return ListRejected(program, *limit); });
}

}  // namespace citylayers::cli
