#include "services/programs/citylayers/tls_diagnosis.h"

#include <ctime>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/strings/str_join.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/rfc3339.h"
#include "base/strings.h"
#include "services/runtime/config/address.h"
#include "services/runtime/tls/certificate.h"
#include "services/runtime/tls/openssl_ptr.h"
#include "services/runtime/tls/socket_bio.h"

namespace citylayers::cli {
namespace {

using runtime::SslContextPtr;
using runtime::SslPtr;

constexpr unsigned char kH2[] = {2, 'h', '2'};

class Connection {
 public:
  Connection(const runtime::Address& address, absl::Duration timeout) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(address.host.c_str(), StrCat(address.port).c_str(), &hints, &found) != 0) {
      return;
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, freeaddrinfo);
    for (const addrinfo* it = found; it != nullptr && descriptor_ < 0; it = it->ai_next) {
      Open(*it, absl::ToTimeval(timeout));
    }
  }
  ~Connection() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  void Open(const addrinfo& address, timeval limit) {
    descriptor_ = socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
    if (descriptor_ < 0) return;
    (void)setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    (void)setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);  // and connect
    if (connect(descriptor_, address.ai_addr, address.ai_addrlen) == 0) return;
    close(descriptor_);
    descriptor_ = -1;
  }

  int descriptor_ = -1;
};

bool IsIp(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

// Verifies without ending the handshake: the result is asked for afterwards.
SslPtr NewSsl(SSL_CTX& context, const std::string& host, int descriptor) {
  SslPtr ssl(SSL_new(&context));
  BIO* const bio = runtime::NewSocketBio(descriptor);
  SSL_set_bio(ssl.get(), bio, bio);
  SSL_set_alpn_protos(ssl.get(), kH2, sizeof kH2);
  if (IsIp(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl.get(), host.c_str());
    SSL_set1_host(ssl.get(), host.c_str());
  }
  return ssl;
}

SslContextPtr NewContext(const client::TlsFiles& files) {
  SslContextPtr context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  if (files.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else {
    SSL_CTX_load_verify_locations(context.get(), files.ca_file.c_str(), nullptr);
  }
  if (!files.certificate_file.empty()) {
    SSL_CTX_use_certificate_chain_file(context.get(), files.certificate_file.c_str());
    SSL_CTX_use_PrivateKey_file(context.get(), files.key_file.c_str(), SSL_FILETYPE_PEM);
  }
  ERR_clear_error();
  return context;
}

std::string TimeText(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return Rfc3339(absl::FromTM(parts, absl::UTCTimeZone()));
}

std::string NotVerified(long result, const std::string& host, SSL& ssl) {
  const runtime::CertificatePtr certificate(SSL_get1_peer_certificate(&ssl));
  switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return StrCat("its certificate expired at ", TimeText(X509_get0_notAfter(certificate.get())),
                    ": renew it on the server (or set the clock of this machine)");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return StrCat("its certificate is not valid before ",
                    TimeText(X509_get0_notBefore(certificate.get())),
                    ": check the clock of this machine");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return StrCat("its certificate is not for ", host, " but for ",
                    absl::StrJoin(runtime::NamesOf(*certificate), ", "),
                    ": call it by a name of its certificate");
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:  // another authority of the same name
      return "its certificate is of an authority that this machine does not know: give the "
             "authority's certificate with --ca-file FILE";
    default:
      return StrCat("its certificate is not accepted: ", X509_verify_cert_error_string(result));
  }
}

// Whether the server has asked for a certificate of some authority.
bool AsksForCertificate(const SSL& ssl) {
  const STACK_OF(X509_NAME)* const authorities = SSL_get0_peer_CA_list(&ssl);
  return authorities != nullptr && sk_X509_NAME_num(authorities) > 0;
}

// Of a connection that ended: the first error of OpenSSL, if there is one.
std::string Ended(const SSL& ssl, const client::TlsFiles& files) {
  const int reason = ERR_GET_REASON(ERR_peek_error());
  const std::string text = runtime::TakeOpenSslError();
  switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_UNEXPECTED_MESSAGE:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return "it does not speak TLS: call it without --tls and --ca-file, or at its port with TLS";
    case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
      return "this is the HTTPS port: give that of gRPC";
    default:
      break;
  }
  // gRPC's server ends such a connection without a reason.
  if (AsksForCertificate(ssl)) {
    return files.certificate_file.empty()
               ? "it accepts only clients with a certificate of its authority: give one with "
                 "--certificate-file and --certificate-key-file"
               : "it does not accept the certificate of --certificate-file, which has expired or "
                 "is "
                 "of another authority";
  }
  return reason == 0 ? "" : StrCat("the TLS handshake fails: ", text);
}

std::string DiagnoseTls(const runtime::Address& address, const client::TlsFiles& files,
                        int descriptor) {
  const SslContextPtr context = NewContext(files);
  const SslPtr ssl = NewSsl(*context, address.host, descriptor);
  ERR_clear_error();
  if (SSL_connect(ssl.get()) != 1) return Ended(*ssl, files);
  if (const long result = SSL_get_verify_result(ssl.get()); result != X509_V_OK) {
    return NotVerified(result, address.host, *ssl);
  }
  // In TLS 1.3 the server checks the client's certificate after the client has finished. A server
  // of gRPC otherwise sends its settings.
  char byte = 0;
  std::size_t count = 0;
  ERR_clear_error();
  if (SSL_read_ex(ssl.get(), &byte, 1, &count) == 1) return "";
  return Ended(*ssl, files);
}

bool SpeaksTls(const runtime::Address& address, int descriptor) {
  const SslContextPtr context = NewContext({});
  const SslPtr ssl = NewSsl(*context, address.host, descriptor);
  ERR_clear_error();
  const bool speaks = SSL_connect(ssl.get()) == 1;
  ERR_clear_error();
  return speaks;
}

}  // namespace

std::string DiagnoseConnection(const std::string& server, bool with_tls,
                               const client::TlsFiles& files, absl::Duration timeout) {
  const auto address = runtime::ParseAddress(server, "--server");
  if (!address.ok()) return "";
  const Connection connection(*address, timeout);
  if (connection.descriptor() < 0) return "";
  if (with_tls) return DiagnoseTls(*address, files, connection.descriptor());
  return SpeaksTls(*address, connection.descriptor())
             ? "it speaks only TLS: give --tls, or --ca-file FILE with its authority"
             : "";
}

}  // namespace citylayers::cli
