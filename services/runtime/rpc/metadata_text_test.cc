// Compares the metadata that CheckMetadata accepts with the metadata that gRPC accepts.
#include "services/runtime/rpc/metadata_text.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <grpc/grpc.h>
#include <grpc/slice.h>

#include "base/strings.h"

namespace citylayers::runtime {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

bool GrpcAcceptsName(const std::string& name) {
  return grpc_header_key_is_legal(grpc_slice_from_static_buffer(name.data(), name.size())) != 0;
}

bool GrpcAcceptsValue(const std::string& value) {
  return grpc_header_nonbin_value_is_legal(
             grpc_slice_from_static_buffer(value.data(), value.size())) != 0;
}

TEST(MetadataText, AgreesWithGrpcAboutEveryByteOfAName) {
  for (int byte = 0; byte < 256; ++byte) {
    for (const std::string& name : {std::string(1, static_cast<char>(byte)),
                                    StrCat("x-a", std::string(1, static_cast<char>(byte)), "b"),
                                    StrCat("x", std::string(1, static_cast<char>(byte)))}) {
      EXPECT_EQ(IsMetadataName(name), GrpcAcceptsName(name)) << byte;
    }
  }
  EXPECT_FALSE(IsMetadataName(""));
  EXPECT_FALSE(GrpcAcceptsName(""));
}

TEST(MetadataText, AgreesWithGrpcAboutEveryByteOfAValue) {
  for (int byte = 0; byte < 256; ++byte) {
    for (const std::string& value : {std::string(1, static_cast<char>(byte)),
                                     StrCat("a", std::string(1, static_cast<char>(byte)), "b")}) {
      EXPECT_EQ(CheckMetadata("x-a", value).ok(), GrpcAcceptsValue(value)) << byte;
      EXPECT_TRUE(CheckMetadata("x-a-bin", value).ok());
    }
  }
  EXPECT_TRUE(CheckMetadata("x-a", "").ok());
  EXPECT_FALSE(CheckMetadata("-bin", "\x80").ok());
  for (const std::string name : {"-bin", "a-bin", "bin", "x-bin-", "x-Bin"}) {
    const bool binary =
        grpc_is_binary_header(grpc_slice_from_static_buffer(name.data(), name.size())) != 0;
    EXPECT_EQ(IsBinaryMetadata(name), binary) << name;
  }
}

TEST(MetadataText, TheErrorNamesTheHeaderAndKeepsItsValueSecret) {
  const absl::Status status = CheckMetadata("authorization", "Bearer s\u00e9cret");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("\"authorization\""), HasSubstr("0xc3"), HasSubstr("position 8"),
                    Not(HasSubstr("cret"))));
}

TEST(MetadataText, AnyNameIsShownAsPlainText) {
  const absl::Status status = CheckMetadata(StrCat("X\xff\x1b\n", std::string(500, 'A')), "v");
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("X\\xff\\x1b\\n"), Not(HasSubstr("\n"))));
  EXPECT_LT(status.message().size(), 300u);
}

TEST(MetadataText, TransportsAndAdvisoryNames) {
  EXPECT_TRUE(IsTransportMetadata(":path"));
  EXPECT_TRUE(IsTransportMetadata("grpc-timeout"));
  EXPECT_TRUE(IsTransportMetadata("te"));
  EXPECT_FALSE(IsTransportMetadata("authorization"));
  EXPECT_TRUE(IsAdvisoryMetadata("traceparent"));
  EXPECT_FALSE(IsAdvisoryMetadata("authorization"));
}

}  // namespace
}  // namespace citylayers::runtime
