// Fuzz target of CSV tables and station files (which may be GeoJSON).
#include <cstdlib>

#include "base/csv.h"
#include "services/tools/citypack/station_file.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace citylayers;  // NOLINT: the whole file is one function
  const std::string_view text = fuzz::TextOf(data, size);
  if (const auto table = ParseCsv(text, "x.csv"); table.ok()) {
    if (table->rows.size() != table->lines.size()) std::abort();
    for (std::size_t row = 0; row < table->rows.size(); ++row) {
      if (table->rows[row].size() != table->header.size()) std::abort();
      (void)table->Number(row, 0);
    }
  }
  (void)SplitCsvLine(text);
  (void)citypack::ParseStationText(text, "x");
  return 0;
}
