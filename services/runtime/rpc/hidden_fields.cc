#include "services/runtime/rpc/hidden_fields.h"

#include <functional>
#include <set>
#include <span>

#include "citylayers/access/v1/access.pb.h"

namespace citylayers::runtime {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Path = std::span<const FieldDescriptor* const>;

// Clears the field at the end of `path` in every message that the path reaches.
void Clear(Message& message, Path path) {
  const FieldDescriptor* field = path.front();
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (path.size() == 1) return reflection.ClearField(&message, field);
  if (field->is_repeated()) {
    const int count = reflection.FieldSize(message, field);
    for (int i = 0; i < count; ++i) {
      Clear(*reflection.MutableRepeatedMessage(&message, field, i), path.subspan(1));
    }
  } else if (reflection.HasField(message, field)) {
    Clear(*reflection.MutableMessage(&message, field), path.subspan(1));
  }
}

}  // namespace

HiddenFields::HiddenFields(const Descriptor& type) {
  std::set<const Descriptor*> seen;
  std::vector<const FieldDescriptor*> path;
  const std::function<void(const Descriptor&)> visit = [&](const Descriptor& message) {
    if (!seen.insert(&message).second) return;
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor& field = *message.field(i);
      path.push_back(&field);
      if (field.options().HasExtension(citylayers::access::v1::field_access)) {
        const auto permission = field.options().GetExtension(citylayers::access::v1::field_access);
        fields_.push_back({path, static_cast<access::Permission>(permission)});
      } else if (field.message_type() != nullptr) {
        visit(*field.message_type());
      }
      path.pop_back();
    }
    // A message of the same type at another place has the same fields.
    seen.erase(&message);
  };
  visit(type);
}

void HiddenFields::Hide(const access::ScopeSet& scopes, Message& message) const {
  for (const Field& field : fields_) {
    if (!scopes.AllowsAll(field.permission)) Clear(message, field.path);
  }
}

}  // namespace citylayers::runtime
