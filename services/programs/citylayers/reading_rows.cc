#include "services/programs/citylayers/reading_rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "absl/time/time.h"
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "proto/support/proto_time.h"
#include "services/programs/citylayers/display_width.h"

namespace citylayers::cli {
namespace {

constexpr std::size_t kValueWidth = 10;
constexpr std::size_t kTextsMax =
    200'000;  // maximum number of measures and of times that are cached

std::string_view QualityName(int quality) {
  return readings::v1::Quality_Name(static_cast<readings::v1::Quality>(quality));
}

std::string Padded(std::string text, std::size_t width) {
  const std::size_t has = DisplayWidth(text);
  if (has < width) text.append(width - has, ' ');
  return text;
}

}  // namespace

std::vector<TableColumn> ReadingTableColumns() {
  return {{.header = "MEASURE", .width = 40},
          {.header = "value", .align = Align::kRight, .width = kValueWidth},
          {.header = "unit", .width = 4},
          {.header = "read (city time)", .width = 19},
          {.header = "quality"}};
}

std::vector<Cell> ReadingCells(const MeasureInfo& info, const readings::v1::Reading& reading) {
  const bool doubtful = reading.quality() == readings::v1::QUALITY_SUSPECT;
  return {reading.measure(),
          {FormatNumber(reading.value(), info.decimals), doubtful ? Tone::kWarning : Tone::kPlain},
          info.unit,
          FormatCityTime(FromProtoTime(reading.read_time())),
          EnumWord(QualityName(reading.quality()), "QUALITY_")};
}

ReadingRows::ReadingRows(OutputFormat format, bool colour, FindMeasure find)
    : format_(format), colour_(colour), find_(std::move(find)) {}

const ReadingRows::Measure& ReadingRows::Find(const std::string& name) {
  auto [it, added] = measures_.try_emplace(name);
  if (added) {
    const MeasureInfo info = find_(name);
    const std::vector<TableColumn> columns = ReadingTableColumns();
    it->second.cell = Padded(OneLine(name), columns[0].width);
    it->second.unit = Padded(OneLine(info.unit), columns[2].width);
    it->second.decimals = info.decimals;
    it->second.json =
        StrCat("{\"measure\":",
               nlohmann::json(name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
               ",\"readTime\":\"");
  }
  return it->second;
}

const std::string& ReadingRows::TimeText(std::int64_t second) {
  if (times_.size() >= kTextsMax) times_.clear();
  auto [it, added] = times_.try_emplace(second);
  if (added) {
    const absl::Time time = absl::FromUnixSeconds(second);
    it->second = format_ == OutputFormat::kTable
                     ? FormatCityTime(time)
                     : absl::FormatTime("%Y-%m-%d%ET%H:%M:%S", time, absl::UTCTimeZone());
  }
  return it->second;
}

void ReadingRows::AppendTableRow(const Measure& measure, std::int64_t time_ms, double value,
                                 int quality, std::string* out) {
  if (count_ == 0) *out += Table(ReadingTableColumns(), colour_).RenderHeader();
  const bool doubtful = colour_ && quality == readings::v1::QUALITY_SUSPECT;
  const std::string number = FormatNumber(value, measure.decimals);
  *out += measure.cell;
  *out += "  ";
  if (number.size() < kValueWidth) out->append(kValueWidth - number.size(), ' ');
  if (doubtful) *out += "\x1b[33m";
  *out += number;
  if (doubtful) *out += "\x1b[0m";
  *out += "  ";
  *out += measure.unit;
  *out += "  ";
  *out += TimeText(time_ms / 1000 - (time_ms % 1000 < 0 ? 1 : 0));
  const std::string word = EnumWord(QualityName(quality), "QUALITY_");
  if (!word.empty()) StrAppend(out, "  ", word);
  *out += '\n';
}

void ReadingRows::AppendJson(const Measure& measure, std::int64_t time_ms, double value,
                             int quality, std::string* out) {
  if (format_ == OutputFormat::kJson) *out += count_ == 0 ? "[\n" : ",\n";
  *out += measure.json;
  const std::int64_t second = time_ms / 1000 - (time_ms % 1000 < 0 ? 1 : 0);
  *out += TimeText(second);
  if (const auto ms = static_cast<int>(time_ms - second * 1000); ms != 0) {
    const char digits[] = {'.', static_cast<char>('0' + ms / 100),
                           static_cast<char>('0' + ms / 10 % 10), static_cast<char>('0' + ms % 10)};
    out->append(digits, sizeof digits);
  }
  *out += "Z\",\"value\":";
  if (std::isfinite(value)) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out->append(digits.data(), end.ptr);
  } else {
    *out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  }
  const std::string_view name = QualityName(quality);
  if (name.empty()) {
    StrAppend(out, ",\"quality\":", quality, "}");
  } else {
    StrAppend(out, ",\"quality\":\"", name, "\"}");
  }
  if (format_ == OutputFormat::kNdjson) *out += '\n';
}

void ReadingRows::Append(const readings::v1::ReadingColumns& batch, std::string* out) {
  std::vector<const Measure*> known(static_cast<std::size_t>(batch.measures_size()));
  if (measures_.size() >= kTextsMax) measures_.clear();
  for (std::size_t i = 0; i < known.size(); ++i) {
    known[i] = &Find(batch.measures(static_cast<int>(i)));
  }
  std::int64_t time_ms = 0;
  const int rows =
      std::min({batch.values_size(), batch.time_deltas_ms_size(), batch.measure_indexes_size()});
  for (int i = 0; i < rows; ++i) {
    time_ms += batch.time_deltas_ms(i);
    if (batch.measure_indexes(i) >= known.size()) continue;
    const Measure& measure = *known[batch.measure_indexes(i)];
    const int quality = i < batch.qualities_size() ? batch.qualities(i) : 0;
    if (format_ == OutputFormat::kTable) {
      AppendTableRow(measure, time_ms, batch.values(i), quality, out);
    } else {
      AppendJson(measure, time_ms, batch.values(i), quality, out);
    }
    ++count_;
  }
}

void ReadingRows::End(std::string_view when_empty, std::string* out) {
  if (format_ == OutputFormat::kJson) *out += count_ == 0 ? "[]\n" : "\n]\n";
  if (format_ == OutputFormat::kTable && count_ == 0) StrAppend(out, when_empty, "\n");
}

}  // namespace citylayers::cli
