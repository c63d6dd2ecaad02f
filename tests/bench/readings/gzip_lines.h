// Reads the lines of a gzip file.
#ifndef CITYLAYERS_TESTS_BENCH_READINGS_GZIP_LINES_H_
#define CITYLAYERS_TESTS_BENCH_READINGS_GZIP_LINES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_split.h"
#include <zlib.h>

namespace citylayers::bench {

/// Reads the whole file. NOT_FOUND: it cannot be opened. DATA_LOSS: it is damaged.
inline absl::StatusOr<std::vector<std::string>> GzipLines(const std::string& path) {
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return absl::NotFoundError("cannot open " + path);
  std::string text;
  char buffer[1 << 16];
  int size = 0;
  while ((size = gzread(file, buffer, sizeof(buffer))) > 0) {
    text.append(buffer, static_cast<size_t>(size));
  }
  gzclose(file);
  if (size < 0) return absl::DataLossError(path + " is damaged");
  return std::vector<std::string>(absl::StrSplit(text, '\n', absl::SkipEmpty()));
}

}  // namespace citylayers::bench

#endif  // CITYLAYERS_TESTS_BENCH_READINGS_GZIP_LINES_H_
