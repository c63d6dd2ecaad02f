#include "services/runtime/rpc/method_rules.h"

#include "base/strings.h"
#include "citylayers/access/v1/access.pb.h"

namespace citylayers::runtime {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

absl::StatusOr<access::Need> RuleOf(const MethodDescriptor& method) {
  const auto& rule = method.options().GetExtension(citylayers::access::v1::method_access);
  if (rule.permission() == citylayers::access::v1::PERMISSION_UNSPECIFIED) {
    return absl::NotFoundError(
        StrCat(method.full_name(), " has no option citylayers.access.v1.method_access"));
  }
  // Both enums have the same numbers, which method_rules_test compares.
  return access::Need{.permission = static_cast<access::Permission>(rule.permission()),
                      .resource = rule.resource(),
                      .takes_limited = rule.takes_limited()};
}

const MethodRules& MethodRules::OfApi() {
  static const MethodRules rules;
  return rules;
}

MethodRules::MethodRules() {
  for (const char* name : kApiServices) {
    const ServiceDescriptor* service = DescriptorPool::generated_pool()->FindServiceByName(name);
    if (service == nullptr) continue;  // not in this program
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      if (const absl::StatusOr<access::Need> need = RuleOf(method); need.ok()) {
        needs_.emplace(StrCat(service->name(), "/", method.name()), *need);
      } else {
        missing_.push_back(method.full_name());
      }
    }
  }
}

access::Need MethodRules::Find(std::string_view method) const {
  const auto found = needs_.find(ToAbsl(method));
  return found == needs_.end() ? access::Need{} : found->second;
}

}  // namespace citylayers::runtime
