// A reader of TOML files, field by field.
#ifndef CITYLAYERS_BASE_TOML_READER_H_
#define CITYLAYERS_BASE_TOML_READER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace citylayers {

/// One table of a TOML document. Safe for any bytes.
///
/// A field that is missing or has another type is read as an empty value and sets an error, so that
/// a caller reads all fields and checks status() once; the tables of one document share that error.
/// Not thread-safe.
///
///   ASSIGN_OR_RETURN(TomlReader toml, TomlReader::Parse(text, "stations.toml"));
///   station.id = toml.String("id");
///   RETURN_IF_ERROR(toml.status());
class TomlReader {
 public:
  /// DATA_LOSS: not TOML; the message has `what` and the line.
  static absl::StatusOr<TomlReader> Parse(std::string_view text, std::string_view what);

  bool Has(std::string_view key) const;
  std::string String(std::string_view key) const;
  std::int64_t Int(std::string_view key) const;
  double Double(std::string_view key) const;  // accepts integers as well
  bool Bool(std::string_view key) const;
  std::vector<std::string> Strings(std::string_view key) const;
  std::vector<double> Doubles(std::string_view key) const;
  /// A table. A missing one is empty and sets the error.
  TomlReader Table(std::string_view key) const;
  /// A list of tables; empty when missing.
  std::vector<TomlReader> Tables(std::string_view key) const;
  /// All keys of this table with their integer values, sorted.
  std::vector<std::pair<std::string, std::int64_t>> Ints() const;

  /// The error of the first field that was missing or had another type.
  absl::Status status() const;

 private:
  struct Scope;
  explicit TomlReader(std::shared_ptr<const Scope> scope) : scope_(std::move(scope)) {}
  void Fail(std::string_view key, std::string_view wanted) const;

  std::shared_ptr<const Scope> scope_;  // a table, with the document that it is in
};

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_TOML_READER_H_
