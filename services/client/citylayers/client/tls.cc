#include "citylayers/client/tls.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace citylayers::client {
namespace {

// Sets *text to the content of a file; an empty path leaves it empty.
absl::Status ReadPem(const std::string& path, std::string* text) {
  if (path.empty()) return absl::OkStatus();
  std::ifstream file(path, std::ios::binary);
  text->assign(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open() || file.bad()) {
    return absl::NotFoundError(absl::StrCat("cannot read ", path));
  }
  // gRPC reports such a file only as a connection that fails.
  if (!absl::StrContains(*text, "-----BEGIN ")) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " has no PEM text, which begins with -----BEGIN"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeTlsCredentials(
    const TlsFiles& files) {
  if (files.certificate_file.empty() != files.key_file.empty()) {
    return absl::InvalidArgumentError(
        "a client certificate needs its key, and a key its certificate: give both files");
  }
  grpc::SslCredentialsOptions options;
  absl::Status status = ReadPem(files.ca_file, &options.pem_root_certs);
  if (status.ok()) status = ReadPem(files.certificate_file, &options.pem_cert_chain);
  if (status.ok()) status = ReadPem(files.key_file, &options.pem_private_key);
  if (!status.ok()) return status;
  return grpc::SslCredentials(options);
}

}  // namespace citylayers::client
