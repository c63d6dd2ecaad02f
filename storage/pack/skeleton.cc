#include "storage/pack/skeleton.h"

#include <algorithm>
#include <cstring>

#include "base/strings.h"
#include "storage/bytes/checksum.h"

namespace citylayers::storage {
namespace {

// magic "SK", version, reserved 0, feature count, name count, checksum of everything after it; then
// records, names, geometry.
constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kChecksumOffset = 12;
// segment, local name, end of geometry (its begin is the previous end), class, flags
constexpr std::size_t kRecordBytes = 16;

void AppendU32(std::uint32_t value, std::string& out) {
  char raw[sizeof(value)];
  std::memcpy(raw, &value, sizeof(value));
  out.append(raw, sizeof(raw));
}

std::uint32_t ShortChecksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(PackChecksum(bytes));
}

}  // namespace

std::string EncodeSkeleton(std::vector<SkeletonFeature> features) {
  std::sort(features.begin(), features.end(),
            [](const auto& a, const auto& b) { return a.segment < b.segment; });
  std::vector<std::uint32_t> names;
  for (const SkeletonFeature& f : features) {
    if (f.name != 0) names.push_back(f.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());

  std::string body;
  std::uint32_t geometry_end = 0;
  for (const SkeletonFeature& f : features) {
    const auto place = std::lower_bound(names.begin(), names.end(), f.name) - names.begin();
    geometry_end += static_cast<std::uint32_t>(f.geometry.size());
    AppendU32(f.segment, body);
    AppendU32(f.name == 0 ? SkeletonView::kUnnamed : static_cast<std::uint32_t>(place), body);
    AppendU32(geometry_end, body);
    body.push_back(static_cast<char>(f.road_class));
    body.push_back(static_cast<char>(f.flags));
    body.append(2, '\0');
  }
  for (const std::uint32_t name : names) AppendU32(name, body);
  for (const SkeletonFeature& f : features) body += f.geometry;

  std::string out = "SK";
  out.push_back(static_cast<char>(SkeletonView::kVersion));
  out.push_back('\0');
  AppendU32(static_cast<std::uint32_t>(features.size()), out);
  AppendU32(static_cast<std::uint32_t>(names.size()), out);
  AppendU32(ShortChecksum(body), out);
  return out + body;
}

absl::StatusOr<SkeletonView> SkeletonView::Decode(std::string_view bytes) {
  const auto damaged = [](std::string_view what) {
    return absl::DataLossError(
        StrCat("a tile skeleton is damaged: ", what, "; build the pack again"));
  };
  if (bytes.size() < kHeaderBytes || bytes.substr(0, 2) != "SK") return damaged("no header");
  const auto version = static_cast<std::uint8_t>(bytes[2]);
  if (version > kVersion) {
    return absl::FailedPreconditionError(StrCat("a tile skeleton has version ", version,
                                                "; this program reads up to ", kVersion,
                                                ": update it, or build the pack again"));
  }
  if (version == 0 || bytes[3] != 0) return damaged("bad version");
  SkeletonView view;
  view.bytes_ = bytes;
  view.count_ = view.ReadU32(4);
  view.name_count_ = view.ReadU32(8);
  const std::size_t fixed = kHeaderBytes + view.count_ * kRecordBytes + view.name_count_ * 4;
  if (bytes.size() < fixed) return damaged("truncated");
  if (ShortChecksum(bytes.substr(kHeaderBytes)) != view.ReadU32(kChecksumOffset)) {
    return damaged("the checksum does not match");
  }
  // The checksum detects accidents; the checks below protect against bytes made up on purpose.
  std::uint32_t end = 0;
  for (std::size_t i = 0; i < view.count_; ++i) {
    const std::uint32_t next = view.ReadU32(view.RecordOffset(i) + 8);
    if (next <= end || next > bytes.size() - fixed) return damaged("geometry out of range");
    end = next;
    if (i > 0 && view.segment(i) <= view.segment(i - 1)) return damaged("segments out of order");
    if (view.local_name(i) != kUnnamed && view.local_name(i) >= view.name_count_) {
      return damaged("name out of range");
    }
  }
  if (end != bytes.size() - fixed) return damaged("bytes left over");
  return view;
}

std::uint32_t SkeletonView::ReadU32(std::size_t offset) const {
  std::uint32_t value;
  std::memcpy(&value, bytes_.data() + offset, sizeof(value));
  return value;
}

std::size_t SkeletonView::RecordOffset(std::size_t i) const {
  return kHeaderBytes + i * kRecordBytes;
}

std::uint32_t SkeletonView::name(std::size_t local) const {
  return ReadU32(RecordOffset(count_) + local * 4);
}

std::uint32_t SkeletonView::segment(std::size_t i) const { return ReadU32(RecordOffset(i)); }

std::uint32_t SkeletonView::local_name(std::size_t i) const { return ReadU32(RecordOffset(i) + 4); }

std::uint8_t SkeletonView::road_class(std::size_t i) const {
  return static_cast<std::uint8_t>(bytes_[RecordOffset(i) + 12]);
}

std::uint8_t SkeletonView::flags(std::size_t i) const {
  return static_cast<std::uint8_t>(bytes_[RecordOffset(i) + 13]);
}

std::string_view SkeletonView::geometry(std::size_t i) const {
  const std::size_t base = RecordOffset(count_) + name_count_ * 4;
  const std::uint32_t begin = i == 0 ? 0 : ReadU32(RecordOffset(i - 1) + 8);
  const std::uint32_t end = ReadU32(RecordOffset(i) + 8);
  return bytes_.substr(base + begin, end - begin);
}

}  // namespace citylayers::storage
