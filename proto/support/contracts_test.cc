// Rules of the contracts in proto/ that `buf lint` does not check.
#include <algorithm>
#include <string>
#include <vector>

#include "google/api/field_behavior.pb.h"
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "citylayers/access/v1/key_service.pb.h"
#include "citylayers/alerts/v1/alert_service.pb.h"
#include "citylayers/common/v1/clock_service.pb.h"
#include "citylayers/flood/v1/flood_service.pb.h"
#include "citylayers/layers/v1/layer_service.pb.h"
#include "citylayers/readings/v1/reading_service.pb.h"
#include "citylayers/readings/v1/station_service.pb.h"
#include "citylayers/traffic/v1/traffic_service.pb.h"

namespace citylayers {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using ::testing::IsEmpty;

void AddWithImports(const FileDescriptor* file, std::vector<const FileDescriptor*>& files) {
  if (!file->package().starts_with("citylayers.")) return;
  if (std::count(files.begin(), files.end(), file) > 0) return;
  files.push_back(file);
  for (int i = 0; i < file->dependency_count(); ++i) AddWithImports(file->dependency(i), files);
}

std::vector<const FileDescriptor*> Files() {
  std::vector<const FileDescriptor*> files;
  for (const Descriptor* message :
       {alerts::v1::Alert::descriptor(), common::v1::CityClock::descriptor(),
        flood::v1::Stage::descriptor(), layers::v1::Tile::descriptor(),
        readings::v1::WriteReadingsRequest::descriptor(), readings::v1::Station::descriptor(),
        access::v1::Key::descriptor(), traffic::v1::Segment::descriptor()}) {
    AddWithImports(message->file(), files);
  }
  return files;
}

int BehaviorsOf(const FieldDescriptor& field) {
  return field.options().ExtensionSize(google::api::field_behavior);
}

TEST(Contracts, AllFilesAreSeen) { EXPECT_EQ(Files().size(), 13U); }

TEST(Contracts, ClientsOfEveryLanguageAreGeneratedWithoutFlags) {
  for (const FileDescriptor* file : Files()) {
    const google::protobuf::FileOptions& options = file->options();
    EXPECT_TRUE(options.java_multiple_files()) << file->name();
    for (const auto& [name, value] : {std::pair{"java_package", options.java_package()},
                                      {"java_outer_classname", options.java_outer_classname()},
                                      {"go_package", options.go_package()},
                                      {"csharp_namespace", options.csharp_namespace()},
                                      {"objc_class_prefix", options.objc_class_prefix()},
                                      {"swift_prefix", options.swift_prefix()}}) {
      EXPECT_NE(value, "") << file->name() << " has no " << name;
    }
  }
}

TEST(Contracts, EveryFieldOfARequestIsRequiredOrOptional) {
  std::vector<std::string> unmarked;
  int requests = 0;
  for (const FileDescriptor* file : Files()) {
    for (int m = 0; m < file->message_type_count(); ++m) {
      const Descriptor& message = *file->message_type(m);
      if (!message.name().ends_with("Request")) continue;
      ++requests;
      for (int f = 0; f < message.field_count(); ++f) {
        if (BehaviorsOf(*message.field(f)) != 1) unmarked.push_back(message.field(f)->full_name());
      }
    }
  }
  EXPECT_GT(requests, 25);
  EXPECT_THAT(unmarked, IsEmpty());
}

// AIP-126: a field that was never set must not mean "dry".
TEST(Contracts, TheZeroValueOfEveryEnumIsUnspecified) {
  int enums = 0;
  for (const FileDescriptor* file : Files()) {
    for (int e = 0; e < file->enum_type_count(); ++e) {
      const EnumDescriptor& type = *file->enum_type(e);
      ++enums;
      EXPECT_EQ(type.value(0)->number(), 0) << type.full_name();
      EXPECT_TRUE(type.value(0)->name().ends_with("_UNSPECIFIED")) << type.full_name();
    }
  }
  EXPECT_GT(enums, 15);
}

}  // namespace
}  // namespace citylayers
