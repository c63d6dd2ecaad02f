#include "tests/support/small_city.h"

#include <utility>

#include <osmium/builder/attr.hpp>
#include <osmium/io/pbf_output.hpp>

namespace citylayers::citypack {

void WriteTinyOsm(const std::string& path, LonLat centre) {
  using namespace osmium::builder::attr;  // NOLINT: the library's way to write builders
  osmium::memory::Buffer buffer(1 << 14, osmium::memory::Buffer::auto_grow::yes);
  const auto node = [&](int id, int east, int north) {
    osmium::builder::add_node(
        buffer, _id(id),
        _location(osmium::Location(centre.lon_deg + east * 0.002, centre.lat_deg + north * 0.002)));
  };
  for (int i = -2; i <= 2; ++i) node(10 + i, i, 0);
  node(20, 0, 2);
  node(21, 0, -2);
  using Pairs = std::vector<std::pair<const char*, const char*>>;
  osmium::builder::add_way(buffer, _id(1), _nodes({8, 9, 10, 11, 12}),
                           _tags(Pairs{{"highway", "primary"}, {"name", "Lê Lợi"}}));
  osmium::builder::add_way(
      buffer, _id(2), _nodes({20, 10, 21}),
      _tags(Pairs{{"highway", "residential"}, {"name", "Pasteur"}, {"oneway", "yes"}}));
  osmium::io::Writer writer(osmium::io::File(path, "pbf"), osmium::io::overwrite::allow);
  writer(std::move(buffer));
  writer.close();
}

}  // namespace citylayers::citypack
