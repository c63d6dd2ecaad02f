#include "services/programs/citylayers/table.h"

#include <algorithm>

#include "services/programs/citylayers/display_width.h"

namespace citylayers::cli {
namespace {

const char* CodeOf(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return "\x1b[32m";
    case Tone::kNotice:
      return "\x1b[36m";
    case Tone::kWarning:
      return "\x1b[33m";
    case Tone::kBad:
      return "\x1b[31m";
    case Tone::kDim:
      return "\x1b[2m";
    case Tone::kPlain:
      break;
  }
  return "";
}

}  // namespace

std::vector<Cell> Table::HeaderCells() const {
  std::vector<Cell> cells;
  for (const TableColumn& column : columns_) cells.emplace_back(column.header, Tone::kDim);
  return cells;
}

std::vector<std::size_t> Table::OwnWidths() const {
  std::vector<std::size_t> widths;
  for (const TableColumn& column : columns_) {
    widths.push_back(std::max(column.width, DisplayWidth(column.header)));
  }
  return widths;
}

std::string Table::Line(const std::vector<Cell>& cells,
                        const std::vector<std::size_t>& widths) const {
  std::string line;
  std::size_t pending = 0;  // postponed spaces, so that none trail
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string text = OneLine(cells[i].text);
    const std::size_t width = DisplayWidth(text);
    const std::size_t padding = widths[i] > width ? widths[i] - width : 0;
    if (i > 0) pending += 2;
    if (columns_[i].align == Align::kRight) pending += padding;
    if (!text.empty()) {
      line.append(pending, ' ');
      pending = 0;
      const bool coloured = colour_ && cells[i].tone != Tone::kPlain;
      if (coloured) line += CodeOf(cells[i].tone);
      line += text;
      if (coloured) line += "\x1b[0m";
    }
    if (columns_[i].align == Align::kLeft) pending += padding;
  }
  return line + "\n";
}

std::string Table::Render() const {
  std::vector<std::size_t> widths = OwnWidths();
  for (const std::vector<Cell>& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(OneLine(row[i].text)));
    }
  }
  std::string text = Line(HeaderCells(), widths);
  for (const std::vector<Cell>& row : rows_) text += Line(row, widths);
  return text;
}

std::string Table::RenderHeader() const { return Line(HeaderCells(), OwnWidths()); }

std::string Table::RenderRow(const std::vector<Cell>& cells) const {
  return Line(cells, OwnWidths());
}

}  // namespace citylayers::cli
