// Fuzz target of headers and gRPC metadata that are forwarded to a backend and back. Forwarded
// metadata must be acceptable to gRPC, which otherwise aborts the process.
#include <cstdlib>
#include <string>

#include <grpc/grpc.h>
#include <grpc/slice.h>

#include "services/gateway/forwarded_metadata.h"
#include "services/runtime/rpc/metadata_text.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using citylayers::gateway::Metadata;

grpc_slice SliceOf(const std::string& text) {
  return grpc_slice_from_static_buffer(text.data(), text.size());
}

void CheckAccepted(const Metadata& metadata) {
  for (const auto& [name, value] : metadata) {
    if (grpc_header_key_is_legal(SliceOf(name)) == 0) std::abort();
    if (grpc_is_binary_header(SliceOf(name)) == 0 &&
        grpc_header_nonbin_value_is_legal(SliceOf(value)) == 0) {
      std::abort();
    }
  }
}

}  // namespace

// Lines of "name:value".
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace citylayers;  // NOLINT: the rest of the file is one function
  std::string_view text = fuzz::TextOf(data, size);
  runtime::HttpRequest request;
  request.SetRequestLine("POST", "/a.B/C", 11);
  gateway::MetadataMap received;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
    const std::size_t colon = std::min(line.find(':', 1), line.size());
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = line.substr(std::min(colon + 1, line.size()));
    request.AddHeader(name, value);
    received.emplace(grpc::string_ref(name.data(), name.size()),
                     grpc::string_ref(value.data(), value.size()));
    const absl::Status status = runtime::CheckMetadata(name, value);
    for (const char c : std::string(status.message())) {
      if (c < 0x20 || c > 0x7e) std::abort();
    }
  }
  if (const auto headers = gateway::ForwardedHeaders(request); headers.ok()) {
    CheckAccepted(*headers);
  }
  if (const auto metadata = gateway::ForwardedMetadata(received); metadata.ok()) {
    CheckAccepted(*metadata);
  }
  const Metadata returned = gateway::ReturnedMetadata(received);
  CheckAccepted(returned);
  for (const auto& [name, value] : returned) {
    const bool text_value = !runtime::IsBinaryMetadata(name);
    if (text_value && value.find('\r') != std::string::npos) std::abort();
  }
  return 0;
}
