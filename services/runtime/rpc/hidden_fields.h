// Fields that only some callers see, from the options of their protos.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_HIDDEN_FIELDS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_HIDDEN_FIELDS_H_

#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "services/access/permission.h"
#include "services/access/scope.h"

namespace citylayers::runtime {

/// The fields of one message type that have the option citylayers.access.v1.field_access, at any
/// depth. Immutable, thread-safe.
class HiddenFields {
 public:
  /// Visits the type and those of its fields. In a type that contains itself, fields are hidden at
  /// its outermost place only.
  explicit HiddenFields(const google::protobuf::Descriptor& type);

  /// Those of a compiled type, found once.
  template <typename Message>
  static const HiddenFields& Of() {
    static const HiddenFields fields(*Message::descriptor());
    return fields;
  }

  bool empty() const { return fields_.empty(); }
  /// Clears in `message`, of the type, what `scopes` do not permit to see. Free when the type has
  /// no such field; else O(messages on the way to one).
  void Hide(const access::ScopeSet& scopes, google::protobuf::Message& message) const;

 private:
  struct Field {
    std::vector<const google::protobuf::FieldDescriptor*> path;  // from the type to the field
    access::Permission permission;
  };

  std::vector<Field> fields_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_HIDDEN_FIELDS_H_
