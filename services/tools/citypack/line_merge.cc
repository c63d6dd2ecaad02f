#include "services/tools/citypack/line_merge.h"

#include <algorithm>
#include <map>
#include <optional>

namespace citylayers::citypack {
namespace {

class Merger {
 public:
  explicit Merger(const std::vector<LinePiece>& pieces)
      : pieces_(pieces), used_(pieces.size(), false) {
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      at_[pieces[i].from].push_back(i);
      at_[pieces[i].to].push_back(i);
    }
  }

  std::vector<std::vector<LonLat>> Run() {
    // Lines with an end first; all remaining lines are closed rings.
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      if (at_[pieces_[i].from].size() != 2) Start(i, false);
      if (at_[pieces_[i].to].size() != 2) Start(i, true);
    }
    for (std::size_t i = 0; i < pieces_.size(); ++i) Start(i, false);
    return std::move(lines_);
  }

 private:
  void Start(std::size_t piece, bool backward) {
    if (used_[piece]) return;
    std::vector<LonLat> line;
    std::optional<std::size_t> next = piece;
    std::uint64_t end = backward ? pieces_[piece].to : pieces_[piece].from;
    while (next) {
      end = Append(*next, end, &line);
      next = Follow(end);
    }
    lines_.push_back(std::move(line));
  }

  // Appends a piece that begins or ends at `node`; returns its other end.
  std::uint64_t Append(std::size_t piece, std::uint64_t node, std::vector<LonLat>* line) {
    used_[piece] = true;
    const LinePiece& p = pieces_[piece];
    std::vector<LonLat> points = p.points;
    const bool turn = p.from != node;
    if (turn) std::reverse(points.begin(), points.end());
    line->insert(line->end(), points.begin() + (line->empty() ? 0 : 1), points.end());
    return turn ? p.from : p.to;
  }

  std::optional<std::size_t> Follow(std::uint64_t node) const {
    const std::vector<std::size_t>& here = at_.at(node);
    if (here.size() != 2) return std::nullopt;
    for (const std::size_t piece : here) {
      if (!used_[piece]) return piece;
    }
    return std::nullopt;
  }

  const std::vector<LinePiece>& pieces_;
  std::vector<bool> used_;
  std::map<std::uint64_t, std::vector<std::size_t>> at_;
  std::vector<std::vector<LonLat>> lines_;
};

}  // namespace

std::vector<std::vector<LonLat>> MergeLines(const std::vector<LinePiece>& pieces) {
  return Merger(pieces).Run();
}

}  // namespace citylayers::citypack
