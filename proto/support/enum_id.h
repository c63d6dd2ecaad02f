// Words for the values of protobuf enums, for texts that are not protobuf JSON.
#ifndef CITYLAYERS_PROTO_SUPPORT_ENUM_ID_H_
#define CITYLAYERS_PROTO_SUPPORT_ENUM_ID_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_enum_reflection.h>
#include <google/protobuf/repeated_field.h>

namespace citylayers {

/// The name of a value without the prefix of its enum, in lower case; empty for the zero value and
/// for numbers that the enum does not have. `zero_name` is the name of the zero value, which ends
/// with "UNSPECIFIED".
inline std::string EnumIdOf(std::string_view name, std::string_view zero_name) {
  constexpr std::string_view kZero = "UNSPECIFIED";
  if (name == zero_name) return std::string();
  std::string id(name.substr(zero_name.size() - kZero.size()));
  for (char& c : id) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return id;
}

/// EnumId(layers::v1::TILE_FORMAT_MVT) is "mvt". Looks the name up: about 100 ns.
template <typename Enum>
std::string EnumId(Enum value) {
  const google::protobuf::EnumDescriptor& type = *google::protobuf::GetEnumDescriptor<Enum>();
  const google::protobuf::EnumValueDescriptor* found = type.FindValueByNumber(value);
  return found == nullptr ? std::string() : EnumIdOf(found->name(), type.value(0)->name());
}

/// The inverse: ParseEnumId<layers::v1::TileFormat>("mvt"). nullopt: not the word of a value. Case
/// matters.
template <typename Enum>
std::optional<Enum> ParseEnumId(std::string_view id) {
  const google::protobuf::EnumDescriptor& type = *google::protobuf::GetEnumDescriptor<Enum>();
  for (int i = 1; i < type.value_count(); ++i) {
    if (EnumIdOf(type.value(i)->name(), type.value(0)->name()) == id) {
      return static_cast<Enum>(type.value(i)->number());
    }
  }
  return std::nullopt;
}

/// The words of a repeated enum field.
template <typename Enum>
std::vector<std::string> EnumIds(const google::protobuf::RepeatedField<int>& values) {
  std::vector<std::string> ids;
  for (const int value : values) ids.push_back(EnumId(static_cast<Enum>(value)));
  return ids;
}

}  // namespace citylayers

#endif  // CITYLAYERS_PROTO_SUPPORT_ENUM_ID_H_
