#include "services/programs/citylayers/readings_write.h"

#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/programs/citylayers/readings_input.h"
#include "services/programs/citylayers/record_reader.h"
#include "services/tools/replay/city_client.h"
#include "services/tools/replay/reading_sender.h"

namespace citylayers::cli {
namespace {

struct WriteOptions {
  std::string file = "-";
  std::string source = "citylayers-cli";
  std::size_t batch_rows = 1000;
  double give_up_after_s = 60;
};

constexpr std::size_t kRefusedShownMax = 100;

// Readings to be sent, with the numbers of their lines.
class Upload {
 public:
  Upload(Program& program, replay::Pacer& pacer, const WriteOptions& options)
      : program_(program),
        client_(program.Channel(), program.timeout()),
        sender_(client_, pacer,
                {.source = options.source,
                 // Sequences begin again with each run.
                 .epoch = static_cast<std::uint64_t>(absl::ToUnixMicros(absl::Now())),
                 .batch_rows_max = options.batch_rows,
                 .retry = {.give_up_after = absl::Seconds(options.give_up_after_s),
                           .on_change = [&program](const absl::Status& status) {
                             program.Say(status.ok()
                                             ? std::string("the server is available again")
                                             : StrCat("trying again: ", ToStd(status.message())));
                           }}}) {}

  absl::Status Add(const InputReading& reading, std::size_t line) {
    const auto [it, added] = keys_.emplace(reading.measure, keys_.size());
    columns_.Add(it->second, reading.measure, reading.time, reading.value, reading.quality);
    lines_.push_back(line);
    return columns_.size() < sender_.batch_rows_max() ? absl::OkStatus() : Flush();
  }

  absl::Status Flush() {
    if (columns_.size() == 0) return absl::OkStatus();
    const auto sent = sender_.Send(columns_.Take());
    if (!sent.ok()) return program_.ExplainRefusal(sent.status());
    for (const readings::v1::RejectedReading& rejected : sent->rejections()) {
      const bool known = rejected.row() < lines_.size();
      Refuse(known ? lines_[rejected.row()] : 0, rejected.message());
    }
    // Those that the server counted but did not list.
    refused_ += sent->rejected_count() - static_cast<std::uint64_t>(sent->rejections_size());
    lines_.clear();
    return absl::OkStatus();
  }

  void Refuse(std::size_t line, std::string_view why) {
    ++refused_;
    if (refused_ <= kRefusedShownMax) program_.Say(StrCat("line ", line, ": ", why));
  }

  std::uint64_t accepted() const { return sender_.counts().accepted; }
  std::uint64_t refused() const { return refused_; }

 private:
  Program& program_;
  replay::CityClient client_;
  replay::ReadingSender sender_;
  replay::ColumnsBuilder columns_;
  std::map<std::string, std::uint64_t> keys_;
  std::vector<std::size_t> lines_;  // line numbers of the rows in columns_
  std::uint64_t refused_ = 0;
};

absl::Status WriteAll(Program& program, replay::Pacer& pacer, const WriteOptions& options,
                      std::istream& input) {
  Upload upload(program, pacer, options);
  ReadingsInput readings;
  RecordReader records(input);
  bool first = true;
  while (!pacer.stopped()) {
    const std::optional<InputRecord> record = records.Next(readings.has_quotes());
    if (!record) break;
    const auto reading = readings.Line(record->text);
    if (!reading.ok()) {
      if (first) {  // without a header no line can be read
        return absl::InvalidArgumentError(
            StrCat(options.file, " line ", record->line, ": ", ToStd(reading.status().message())));
      }
      upload.Refuse(record->line, ToStd(reading.status().message()));
      continue;
    }
    first = first && record->text.empty();
    if (*reading) RETURN_IF_ERROR(upload.Add(**reading, record->line));
  }
  RETURN_IF_ERROR(upload.Flush());
  program.Print(StrCat(FormatCount(upload.accepted()), " readings stored, ",
                       FormatCount(upload.refused()), " refused\n"));
  if (pacer.stopped()) return absl::CancelledError("stopped before the end of the input");
  if (upload.refused() == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      StrCat(FormatCount(upload.refused()),
             " readings were refused; correct those lines and write them again"));
}

absl::Status Write(Program& program, const WriteOptions& options) {
  RETURN_IF_ERROR(program.NoPlaces());
  StopSignal stop;
  if (options.file == "-") return WriteAll(program, stop, options, std::cin);
  std::ifstream file(options.file);
  if (!file) return absl::NotFoundError(StrCat("cannot read ", options.file));
  return WriteAll(program, stop, options, file);
}

}  // namespace

void AddReadingsWrite(CLI::App& readings, Program& program) {
  CLI::App* write = program.Add(
      readings, "write", "Write readings from CSV or NDJSON; refused ones are listed by line",
      "  citylayers readings write levels.csv\n"
      "  my-gauge | citylayers readings write --source gauge-7\n"
      "\nCSV has the columns measure,time,value and optionally quality:\n"
      "  measure,time,value,quality\n"
      "  stations/phu-an/measures/water_level,2025-11-06T18:00:00+07:00,1.70,good\n"
      "NDJSON has objects of the same names. A batch is stored once, however often it is sent.");
  auto options = std::make_shared<WriteOptions>();
  write->add_option("file", options->file, "File to read; - is standard input")
      ->capture_default_str();
  write->add_option("--source", options->source, "Identity of the sender, up to 64 characters")
      ->type_name("ID")
      ->capture_default_str();
  write->add_option("--batch", options->batch_rows, "Readings per batch")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  write
      ->add_option("--give-up-after", options->give_up_after_s,
                   "Seconds to try again while the server is unavailable or busy")
      ->type_name("S")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  program.OnRun(write, [&program, options] { return Write(program, *options); });
}

}  // namespace citylayers::cli
