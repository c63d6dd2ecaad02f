#include "geo/flood/reach_tree.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "geo/flood/neighbours.h"
#include "geo/flood/stage_depth.h"

namespace citylayers::geo {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::uint32_t kNoNode = 0xFFFFFFFF;

std::size_t Step(std::size_t cell, std::ptrdiff_t step) {
  return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(cell) + step);
}

/// Numbers for sets of reaches: equal sets have equal numbers. The set of only
/// reach r has number r.
class ReachSets {
 public:
  explicit ReachSets(std::size_t reach_count) {
    for (std::size_t r = 0; r < reach_count; ++r) {
      const Set alone = {static_cast<std::uint16_t>(r)};
      sets_.push_back(numbers_.emplace(alone, static_cast<std::uint32_t>(r)).first);
    }
  }

  std::uint32_t Union(std::uint32_t a, std::uint32_t b) {
    if (a == b) return a;
    if (a > b) std::swap(a, b);
    const auto [known, is_new] = unions_.try_emplace(std::uint64_t{a} << 32 | b, 0);
    if (!is_new) return known->second;
    const Set& x = sets_[a]->first;
    const Set& y = sets_[b]->first;
    Set both;
    std::set_union(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(both));
    const auto [place, added] =
        numbers_.emplace(std::move(both), static_cast<std::uint32_t>(sets_.size()));
    if (added) sets_.push_back(place);
    return known->second = place->second;
  }

 private:
  using Set = std::vector<std::uint16_t>;  // ascending
  std::map<Set, std::uint32_t> numbers_;
  std::vector<std::map<Set, std::uint32_t>::const_iterator> sets_;
  std::unordered_map<std::uint64_t, std::uint32_t> unions_;
};

/// Indexes of the cells with these levels, lowest first; those of +infinity are omitted. A radix
/// sort: std::sort takes eight times as long.
std::vector<std::uint32_t> ByLevel(const std::vector<float>& level_m) {
  const auto key = [&level_m](std::uint32_t cell) {
    // Maps a float to an integer with the same order.
    const auto bits = std::bit_cast<std::uint32_t>(level_m[cell]);
    return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
  };
  std::vector<std::uint32_t> cells;
  for (std::size_t i = 0; i < level_m.size(); ++i) {
    if (level_m[i] < kInfinity) cells.push_back(static_cast<std::uint32_t>(i));
  }
  std::vector<std::uint32_t> sorted(cells.size());
  for (const int shift : {0, 16}) {
    std::vector<std::uint32_t> place(0x10001);
    for (const std::uint32_t cell : cells) ++place[(key(cell) >> shift & 0xFFFF) + 1];
    for (std::size_t i = 1; i < place.size(); ++i) place[i] += place[i - 1];
    for (const std::uint32_t cell : cells) sorted[place[key(cell) >> shift & 0xFFFF]++] = cell;
    cells.swap(sorted);
  }
  return cells;
}

}  // namespace

/// Joins cells into components as the level rises. A component is identified by its top node.
class ReachTreeBuilder {
 public:
  ReachTreeBuilder(const Grid<float>& elevation_m, const Grid<float>& level_m,
                   const Grid<std::uint16_t>& reaches, Connectivity connectivity)
      : layout_(elevation_m.columns(), elevation_m.rows(), connectivity),
        reach_(layout_.Pad(reaches, kNoReach)),
        bed_m_(layout_.Pad(elevation_m, kInfinity)),
        level_m_(layout_.Pad(level_m, kInfinity)),
        label_(layout_.size(), kNoNode),
        reach_count_(CountReaches()),
        sets_(reach_count_) {
    for (std::size_t r = 0; r < reach_count_; ++r) (void)AddNode(static_cast<std::uint32_t>(r), {});
    for (std::size_t cell = 0; cell < reach_.size(); ++cell) {
      if (reach_[cell] == kNoReach) continue;
      label_[cell] = reach_[cell];
      if (std::isnan(bed_m_[cell])) bed_m_[cell] = -kInfinity;
      level_m_[cell] = kInfinity;  // not land: not among the cells that join
    }
  }

  ReachTree Build() && {
    FindLateContacts();
    for (const std::uint32_t cell : ByLevel(level_m_)) {
      if (label_[cell] != kNoNode) continue;
      const float level_m = level_m_[cell];
      ApplyLateContacts(level_m);
      if (!Enter(cell)) continue;  // water reaches it through cells of the same level
      level_ground_.assign(1, cell);
      for (std::size_t i = 0; i < level_ground_.size(); ++i) {
        for (const std::ptrdiff_t step : layout_.steps()) {
          const std::size_t next = Step(level_ground_[i], step);
          if (label_[next] != kNoNode || level_m_[next] != level_m) continue;
          if (Enter(next)) level_ground_.push_back(next);
        }
      }
    }
    ApplyLateContacts(kInfinity);
    return Finish();
  }

 private:
  struct Node {
    std::uint32_t set = 0;
    std::uint32_t top = 0;  // leads to the top node of its component
    std::uint32_t parent = kNoNode;
    float joins_at_m = kInfinity;
    std::uint32_t alias = kNoNode;  // the node that it was found equal to
    std::vector<std::uint32_t> sources;
  };
  /// Contact with water whose bed is above the shore: the shore is flooded from elsewhere first.
  struct LateContact {
    float level_m = 0;
    std::uint32_t cell = 0;
    std::uint16_t reach = kNoReach;
  };

  std::size_t CountReaches() const {
    std::size_t count = 0;
    for (const std::uint16_t reach : reach_) {
      if (reach != kNoReach) count = std::max<std::size_t>(count, reach + std::size_t{1});
    }
    return count;
  }

  bool IsLand(std::uint32_t node) const { return node >= reach_count_; }

  std::uint32_t AddNode(std::uint32_t set, std::vector<std::uint32_t> sources) {
    const auto node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({.set = set, .top = node, .sources = std::move(sources)});
    return node;
  }

  std::uint32_t Top(std::uint32_t node) {
    while (nodes_[node].top != node) {
      node = nodes_[node].top = nodes_[nodes_[node].top].top;
    }
    return node;
  }

  void Attach(std::uint32_t node, std::uint32_t parent, float level_m) {
    nodes_[node].top = nodes_[node].parent = parent;
    nodes_[node].joins_at_m = level_m;
    children_first_.push_back(node);
  }

  /// Returns the top node of the component formed when `a` and `b` meet at a level. Each is a top
  /// node of land, or a reach, which is never attached to the land that it floods.
  std::uint32_t Join(std::uint32_t a, std::uint32_t b, float level_m) {
    if (a == b) return a;
    const std::uint32_t set = sets_.Union(nodes_[a].set, nodes_[b].set);
    if (IsLand(a) && IsLand(b) && nodes_[a].set == nodes_[b].set) {
      // Regions with the same set flood at the same stages, so they become one node.
      nodes_[b].top = nodes_[b].alias = a;
      return a;
    }
    for (const auto& [larger, smaller] : {std::pair(a, b), std::pair(b, a)}) {
      if (!IsLand(larger) || nodes_[larger].set != set) continue;
      if (IsLand(smaller)) Attach(smaller, larger, level_m);
      return larger;
    }
    const std::uint32_t node = AddNode(set, {a, b});
    if (IsLand(a)) Attach(a, node, level_m);
    if (IsLand(b)) Attach(b, node, level_m);
    return node;
  }

  /// Joins a cell to its neighbours. Returns false when there are none to join yet.
  bool Enter(std::size_t cell) {
    const float level_m = level_m_[cell];
    std::uint32_t top = kNoNode, last_label = kNoNode;
    for (const std::ptrdiff_t step : layout_.steps()) {
      const std::size_t next = Step(cell, step);
      const std::uint32_t label = label_[next];
      if (label == kNoNode || label == last_label) continue;
      if (reach_[next] != kNoReach && bed_m_[next] > level_m) continue;  // a late contact
      last_label = label;
      const std::uint32_t other = IsLand(label) ? Top(label) : label;
      top = top == kNoNode ? other : Join(top, other, level_m);
    }
    if (top == kNoNode) return false;
    label_[cell] = IsLand(top) ? top : AddNode(nodes_[top].set, {top});
    return true;
  }

  void FindLateContacts() {
    for (std::size_t cell = 0; cell < reach_.size(); ++cell) {
      if (reach_[cell] == kNoReach) continue;
      for (const std::ptrdiff_t step : layout_.steps()) {
        // The padding is not water, so steps from water stay inside.
        const std::size_t next = Step(cell, step);
        if (level_m_[next] < bed_m_[cell]) {
          late_.push_back({bed_m_[cell], static_cast<std::uint32_t>(next), reach_[cell]});
        }
      }
    }
    std::sort(late_.begin(), late_.end(), [](const LateContact& a, const LateContact& b) {
      return std::tie(a.level_m, a.cell, a.reach) < std::tie(b.level_m, b.cell, b.reach);
    });
  }

  void ApplyLateContacts(float below_m) {
    for (; next_late_ < late_.size() && late_[next_late_].level_m < below_m; ++next_late_) {
      const LateContact& late = late_[next_late_];
      if (label_[late.cell] == kNoNode) continue;
      (void)Join(Top(label_[late.cell]), late.reach, late.level_m);
    }
  }

  ReachTree Finish() {
    // Removes aliases; the others keep their order, so that sources precede the nodes made of them.
    std::vector<std::uint32_t> number(nodes_.size());
    ReachTree tree;
    tree.reach_count_ = reach_count_;
    tree.first_source_ = {0};
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].alias != kNoNode) continue;
      number[i] = static_cast<std::uint32_t>(tree.joins_at_m_.size());
      tree.joins_at_m_.push_back(nodes_[i].joins_at_m);
      for (const std::uint32_t source : nodes_[i].sources) {
        tree.sources_.push_back(number[source]);
      }
      tree.first_source_.push_back(static_cast<std::uint32_t>(tree.sources_.size()));
    }
    const auto final_number = [&](std::uint32_t node) {
      std::uint32_t last = node;
      while (nodes_[last].alias != kNoNode) last = nodes_[last].alias;
      if (last != node) nodes_[node].alias = last;
      return number[last];
    };
    const auto nowhere = static_cast<std::uint32_t>(tree.joins_at_m_.size());
    tree.parent_.assign(nowhere, kNoNode);
    for (auto child = children_first_.rbegin(); child != children_first_.rend(); ++child) {
      tree.parents_first_.push_back(number[*child]);
      tree.parent_[number[*child]] = final_number(nodes_[*child].parent);
    }
    for (std::uint32_t& label : label_) label = label == kNoNode ? nowhere : final_number(label);
    tree.node_ = layout_.Unpad(label_);
    return tree;
  }

  const PaddedLayout layout_;
  const std::vector<std::uint16_t> reach_;
  std::vector<float> bed_m_;    // of open water; -infinity where it is unknown
  std::vector<float> level_m_;  // of land
  std::vector<std::uint32_t> label_;
  const std::size_t reach_count_;
  ReachSets sets_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> children_first_;  // nodes in the order in which they got a parent
  std::vector<LateContact> late_;
  std::size_t next_late_ = 0;
  std::vector<std::size_t> level_ground_;
};

absl::StatusOr<ReachTree> ReachTree::Build(const Grid<float>& elevation_m,
                                           const Grid<float>& level_m,
                                           const Grid<std::uint16_t>& reaches,
                                           Connectivity connectivity) {
  for (const auto& [columns, rows, what] :
       {std::tuple(level_m.columns(), level_m.rows(), "the connection level"),
        std::tuple(reaches.columns(), reaches.rows(), "the grid of reaches")}) {
    if (columns == elevation_m.columns() && rows == elevation_m.rows()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("reach tree: the elevation has ", elevation_m.columns(), " x ",
                     elevation_m.rows(), " cells but ", what, " has ", columns, " x ", rows));
  }
  return ReachTreeBuilder(elevation_m, level_m, reaches, connectivity).Build();
}

std::vector<float> ReachTree::NodeStages(std::span<const float> stages_m) const {
  std::vector<float> stage_m(node_count() + 1, -kInfinity);
  for (std::size_t node = 0; node < node_count(); ++node) {
    if (node < reach_count_) {
      if (node < stages_m.size()) stage_m[node] = stages_m[node];
      continue;
    }
    for (std::uint32_t s = first_source_[node]; s < first_source_[node + 1]; ++s) {
      stage_m[node] = std::max(stage_m[node], stage_m[sources_[s]]);
    }
  }
  // A stage above the level at which a region joins the surrounding one floods both.
  for (const std::uint32_t node : parents_first_) {
    const float around_m = stage_m[parent_[node]];
    if (around_m > joins_at_m_[node]) stage_m[node] = around_m;
  }
  return stage_m;
}

void ReachTree::Depth(const Grid<float>& elevation_m, const Grid<float>& level_m,
                      std::span<const float> stages_m, Grid<float>* depth_m) const {
  FitDepthTo(elevation_m, depth_m);
  const std::vector<float> stage_of_node_m = NodeStages(stages_m);
  const float* __restrict stage_m = stage_of_node_m.data();
  const std::uint32_t* __restrict node = node_.cells().data();
  const float* __restrict ground = elevation_m.cells().data();
  const float* __restrict level = level_m.cells().data();
  float* __restrict depth = depth_m->cells().data();
  const std::size_t size = elevation_m.size();
  for (std::size_t i = 0; i < size; ++i) {
    depth[i] = DepthOfCellM(ground[i], level[i], stage_m[node[i]]);
  }
}

}  // namespace citylayers::geo
