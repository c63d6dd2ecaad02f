#include "storage/pack/section_file.h"

#include <algorithm>
#include <cstring>

#include "base/status_macros.h"
#include "storage/bytes/checksum.h"

namespace citylayers::storage {
namespace {

constexpr std::string_view kMagic = "CLPK";
constexpr std::size_t kAlignment = 64;  // a cache line, and enough for any record type

// The first 32 bytes of a file. `checksum` covers the 16 bytes before it and the section table.
struct Header {
  char magic[4];
  std::uint8_t version;
  std::uint8_t kind;
  std::uint16_t section_count;
  std::uint64_t file_bytes;
  std::uint64_t checksum;
  std::uint64_t reserved;
};
static_assert(sizeof(Header) == 32);

struct TableEntry {
  std::uint32_t id;
  std::uint32_t reserved;
  std::uint64_t offset;
  std::uint64_t bytes;
  std::uint64_t checksum;
};
static_assert(sizeof(TableEntry) == 32);

constexpr std::size_t Align(std::size_t offset) {
  return (offset + kAlignment - 1) / kAlignment * kAlignment;
}

std::uint64_t HeaderChecksum(std::string_view file, std::size_t table_bytes) {
  std::string covered(file.substr(0, offsetof(Header, checksum)));
  covered.append(file.substr(sizeof(Header), table_bytes));
  return PackChecksum(covered);
}

}  // namespace

absl::StatusOr<SectionFile> SectionFile::Open(const std::string& path, SectionFileKind kind) {
  SectionFile file;
  file.path_ = path;
  ASSIGN_OR_RETURN(file.file_, MappedFile::Open(path));
  RETURN_IF_ERROR(file.Load(kind));
  return file;
}

absl::Status SectionFile::Load(SectionFileKind kind) {
  const std::string_view all = file_.bytes();
  if (all.size() < sizeof(Header)) return Damaged("it is shorter than its header");
  Header header;
  std::memcpy(&header, all.data(), sizeof(header));
  if (std::string_view(header.magic, sizeof(header.magic)) != kMagic) {
    return Damaged("it is not a city pack file");
  }
  if (header.version > kVersion) {
    return absl::FailedPreconditionError(
        StrCat(path_, " has format version ", header.version, "; this program reads up to ",
               kVersion, ": update the program, or build the pack again with this one"));
  }
  if (header.version == 0) return Damaged("its version is 0");
  version_ = header.version;
  const std::size_t table_bytes = header.section_count * sizeof(TableEntry);
  if (all.size() < sizeof(Header) + table_bytes || all.size() != header.file_bytes) {
    return Damaged(StrCat("it has ", all.size(), " bytes instead of ", header.file_bytes));
  }
  if (HeaderChecksum(all, table_bytes) != header.checksum) {
    return Damaged("the checksum of its header does not match");
  }
  if (header.kind != static_cast<std::uint8_t>(kind)) {
    return Damaged(StrCat("it holds kind ", header.kind, " instead of ", kind));
  }
  for (std::size_t i = 0; i < header.section_count; ++i) {
    TableEntry entry;
    std::memcpy(&entry, all.data() + sizeof(Header) + i * sizeof(TableEntry), sizeof(entry));
    // Written without a sum that could overflow.
    if (entry.offset > all.size() || entry.bytes > all.size() - entry.offset ||
        entry.offset % kAlignment != 0) {
      return Damaged(StrCat("section ", entry.id, " lies outside"));
    }
    const std::string_view bytes = all.substr(entry.offset, entry.bytes);
    if (PackChecksum(bytes) != entry.checksum) {
      return Damaged(StrCat("the checksum of section ", entry.id, " does not match"));
    }
    sections_.push_back({entry.id, bytes});
  }
  return absl::OkStatus();
}

std::string_view SectionFile::bytes(std::uint32_t id) const {
  const auto it = std::find_if(sections_.begin(), sections_.end(),
                               [&](const Section& s) { return s.id == id; });
  return it == sections_.end() ? std::string_view() : it->bytes;
}

absl::Status SectionFile::Damaged(std::string_view what) const {
  return absl::DataLossError(
      StrCat(path_, " is damaged: ", what, "; build the pack again or copy it again"));
}

absl::Status SectionFile::BadSection(std::uint32_t id) const {
  return Damaged(StrCat("section ", id, " is missing or has a wrong size"));
}

std::string EncodeSectionFile(SectionFileKind kind, std::span<const SectionBytes> sections,
                              std::uint8_t version) {
  std::vector<TableEntry> table;
  std::size_t end = sizeof(Header) + sections.size() * sizeof(TableEntry);
  for (const SectionBytes& section : sections) {
    const std::size_t offset = Align(end);
    table.push_back({section.id, 0, offset, section.bytes.size(), PackChecksum(section.bytes)});
    end = offset + section.bytes.size();
  }
  Header header{{},
                version,
                static_cast<std::uint8_t>(kind),
                static_cast<std::uint16_t>(sections.size()),
                end,
                0,
                0};
  kMagic.copy(header.magic, sizeof(header.magic));

  std::string out(end, '\0');
  std::memcpy(out.data(), &header, sizeof(header));
  const std::string_view table_bytes = AsBytes(table);
  table_bytes.copy(out.data() + sizeof(Header), table_bytes.size());
  header.checksum = HeaderChecksum(out, table_bytes.size());
  std::memcpy(out.data(), &header, sizeof(header));
  for (std::size_t i = 0; i < sections.size(); ++i) {
    sections[i].bytes.copy(out.data() + table[i].offset, sections[i].bytes.size());
  }
  return out;
}

}  // namespace citylayers::storage
