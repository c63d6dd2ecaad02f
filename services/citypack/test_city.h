// Small inputs for the tests of this folder.
#ifndef CITYLAYERS_SERVICES_CITYPACK_TEST_CITY_H_
#define CITYLAYERS_SERVICES_CITYPACK_TEST_CITY_H_

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <osmium/builder/attr.hpp>
#include <osmium/io/pbf_output.hpp>
#include <stdlib.h>

#include "proto/support/lon_lat.h"

namespace citylayers::citypack {

/// A folder that goes away with its object.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "citylayers-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void SaveFile(const std::string& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::vector<std::string> FilesIn(const std::string& dir) {
  std::vector<std::string> names;
  for (const auto& e : std::filesystem::directory_iterator(dir)) {
    names.push_back(e.path().filename().string());
  }
  return names;
}

/// Bến Thành, and a place that the embedded city does not cover.
inline constexpr LonLat kBenThanh = {106.698, 10.772};
inline constexpr LonLat kDaNang = {108.22, 16.07};

/// An extract with a street "Lê Lợi" (two-way, 5 nodes) crossed by "Pasteur" (one-way) around a
/// place, 200 m a step.
inline void WriteTinyOsm(const std::string& path, LonLat centre) {
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

#endif  // CITYLAYERS_SERVICES_CITYPACK_TEST_CITY_H_
