#include "services/traffic/queue_chain.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <unordered_map>

namespace citylayers::traffic {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
constexpr double kNoChain = -1;

/// The members and the gaps between them; members come first, in their order.
struct Graph {
  std::size_t member_count = 0;
  std::vector<std::uint32_t> segments;
  std::vector<std::vector<std::size_t>> upstream, downstream;  // adjacent nodes of each node

  void Link(std::size_t from, std::size_t to) {
    downstream[from].push_back(to);
    upstream[to].push_back(from);
  }
};

Graph MakeGraph(const RoadNetwork& roads, const std::vector<std::uint32_t>& members,
                double gap_m_max) {
  Graph graph{.member_count = members.size(), .segments = members};
  graph.upstream.resize(members.size());
  graph.downstream.resize(members.size());
  std::unordered_map<std::uint32_t, std::size_t> nodes;
  for (std::size_t m = 0; m < members.size(); ++m) nodes.emplace(members[m], m);
  const auto member_at = [&](std::uint32_t segment) {
    const auto it = nodes.find(segment);
    return it != nodes.end() && it->second < graph.member_count ? it->second : kNone;
  };
  for (std::size_t m = 0; m < members.size(); ++m) {
    for (std::uint32_t next : roads.successors(members[m])) {
      if (const std::size_t to = member_at(next); to != kNone) {
        graph.Link(m, to);
        continue;
      }
      // A gap whose twin is in the graph, as a queue or as a gap, would include both directions.
      if (roads.length_m(next) > gap_m_max || nodes.contains(roads.twin(next))) continue;
      const std::span<const std::uint32_t> beyond = roads.successors(next);
      if (std::none_of(beyond.begin(), beyond.end(), [&](std::uint32_t after) {
            const std::size_t to = member_at(after);
            return to != kNone && to != m;
          }))
        continue;
      const auto [gap, is_new] = nodes.try_emplace(next, graph.segments.size());
      const std::size_t at = gap->second;
      if (is_new) {
        graph.segments.push_back(next);
        graph.upstream.emplace_back();
        graph.downstream.emplace_back();
        for (std::uint32_t after : beyond) {
          if (const std::size_t to = member_at(after); to != kNone) graph.Link(at, to);
        }
      }
      graph.Link(m, at);
    }
  }
  return graph;
}

/// All nodes, each after all nodes downstream of it, except along links that would close a ring.
/// Depth-first search upstream, from the heads of queues first.
std::vector<std::size_t> OrderFromHeads(const Graph& graph) {
  struct Visit {
    std::size_t node, next;
  };
  std::vector<std::size_t> order;
  std::vector<bool> seen(graph.segments.size());
  std::vector<Visit> path;
  const auto walk_from = [&](std::size_t root) {
    if (seen[root]) return;
    seen[root] = true;
    path.assign(1, {root, 0});
    while (!path.empty()) {
      Visit& visit = path.back();
      if (visit.next == graph.upstream[visit.node].size()) {
        order.push_back(visit.node);
        path.pop_back();
        continue;
      }
      const std::size_t up = graph.upstream[visit.node][visit.next++];
      if (seen[up]) continue;
      seen[up] = true;
      path.push_back({up, 0});
    }
  };
  for (std::size_t node = 0; node < graph.segments.size(); ++node) {
    if (graph.downstream[node].empty()) walk_from(node);
  }
  for (std::size_t node = 0; node < graph.segments.size(); ++node) walk_from(node);
  std::reverse(order.begin(), order.end());
  return order;
}

}  // namespace

std::vector<std::uint32_t> LongestChain(const RoadNetwork& roads,
                                        const std::vector<std::uint32_t>& members,
                                        double gap_m_max) {
  const Graph graph = MakeGraph(roads, members, gap_m_max);
  std::vector<double> chain_m(graph.segments.size(),
                              kNoChain);  // length of the longest chain that ends here
  std::vector<std::size_t> ahead(graph.segments.size(), kNone);  // the preceding node in that chain
  std::size_t tail = kNone;
  for (const std::size_t node : OrderFromHeads(graph)) {
    // A downstream node without a chain so far would close a ring.
    for (const std::size_t down : graph.downstream[node]) {
      if (chain_m[down] == kNoChain) continue;
      if (ahead[node] == kNone || chain_m[down] > chain_m[ahead[node]]) ahead[node] = down;
    }
    const bool is_member = node < graph.member_count;
    if (!is_member && ahead[node] == kNone) continue;  // a chain does not begin at a gap
    chain_m[node] =
        roads.length_m(graph.segments[node]) + (ahead[node] == kNone ? 0 : chain_m[ahead[node]]);
    if (is_member && (tail == kNone || chain_m[node] > chain_m[tail])) tail = node;
  }
  std::vector<std::uint32_t> chain;
  for (std::size_t at = tail; at != kNone; at = ahead[at]) chain.push_back(graph.segments[at]);
  std::reverse(chain.begin(), chain.end());
  return chain;
}

}  // namespace citylayers::traffic
