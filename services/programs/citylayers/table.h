// Formats tables for a terminal.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_TABLE_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_TABLE_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace citylayers::cli {

enum class Align { kLeft, kRight };
enum class Tone { kPlain, kGood, kNotice, kWarning, kBad, kDim };

struct TableColumn {
  std::string header;  // with its unit, e.g. "depth (m)"
  Align align = Align::kLeft;
  std::size_t width = 0;  // minimum; for rows that are printed one by one
};

struct Cell {
  Cell(std::string content, Tone its_tone = Tone::kPlain)  // NOLINT: a text is a cell
      : text(std::move(content)), tone(its_tone) {}
  std::string text;
  Tone tone;
};

/// Columns two spaces apart, aligned by display width, without trailing spaces. Colour only on
/// request.
///
///   STATION  stage (m)
///   Phú An        1.70
///   Nhà Bè        1.64
class Table {
 public:
  Table(std::vector<TableColumn> columns, bool colour)
      : columns_(std::move(columns)), colour_(colour) {}

  /// REQUIRES: as many cells as columns.
  void Add(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }

  /// Header and rows, each with a newline. Each column is as wide as its widest cell.
  std::string Render() const;
  /// For endless output: the header, and one row, with the columns' fixed widths; a longer cell
  /// shifts the rest to the right.
  std::string RenderHeader() const;
  std::string RenderRow(const std::vector<Cell>& cells) const;

 private:
  std::string Line(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths) const;
  std::vector<Cell> HeaderCells() const;
  std::vector<std::size_t> OwnWidths() const;

  std::vector<TableColumn> columns_;
  std::vector<std::vector<Cell>> rows_;
  bool colour_;
};

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_TABLE_H_
