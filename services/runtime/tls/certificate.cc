#include "services/runtime/tls/certificate.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/rfc3339.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "services/runtime/tls/openssl_ptr.h"

namespace citylayers::runtime {
namespace {

absl::Status Unusable(std::string_view source, std::string_view what) {
  return absl::FailedPreconditionError(StrCat(source, " ", what));
}

std::string SubjectOf(X509& certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_RFC2253);
  return TextOf(*bio);
}

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();  // never valid
  return absl::FromTM(parts, absl::UTCTimeZone());
}

absl::StatusOr<std::vector<CertificatePtr>> ReadCertificates(const std::string& pem,
                                                             const std::string& source) {
  const BioPtr bio = BioOf(pem);
  std::vector<CertificatePtr> certificates;
  ERR_clear_error();
  while (X509* const next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    certificates.emplace_back(next);
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string error = TakeOpenSslError();
  if (!at_end) return Unusable(source, StrCat("has a damaged certificate (", error, ")"));
  if (certificates.empty()) {
    return Unusable(
        source, "has no certificate in PEM form, which begins with -----BEGIN CERTIFICATE-----");
  }
  return certificates;
}

absl::StatusOr<KeyPtr> ReadKey(const std::string& pem, const std::string& source) {
  bool asked_for_passphrase = false;
  const auto passphrase = [](char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
  };
  const BioPtr bio = BioOf(pem);
  ERR_clear_error();
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, passphrase, &asked_for_passphrase));
  const std::string error = TakeOpenSslError();
  if (key != nullptr) return key;
  if (asked_for_passphrase) {
    return Unusable(source,
                    "has a key with a passphrase, which a server cannot enter: store it without "
                    "one (`openssl pkey -in OLD -out NEW`, then chmod 600 NEW)");
  }
  return Unusable(source, StrCat("has no private key in PEM form (", error, ")"));
}

absl::Status CheckPair(const std::vector<CertificatePtr>& chain, EVP_PKEY& key,
                       const TlsSources& sources) {
  const auto fits = [&key](const CertificatePtr& certificate) {
    return X509_check_private_key(certificate.get(), &key) == 1;
  };
  const auto found = std::find_if(chain.begin(), chain.end(), fits);
  ERR_clear_error();
  if (found == chain.begin()) return absl::OkStatus();
  if (found != chain.end()) {
    return Unusable(sources.certificate,
                    StrCat("has the server's own certificate (", SubjectOf(**found),
                           ") not first: put it before those that lead to its authority"));
  }
  return Unusable(sources.key,
                  StrCat("has the key of another certificate than ", SubjectOf(*chain.front()),
                         " in ", sources.certificate, ": give the two files that belong together"));
}

}  // namespace

absl::Status CheckAuthorities(const std::string& pem, const std::string& source, absl::Time now) {
  ASSIGN_OR_RETURN(const auto certificates, ReadCertificates(pem, source));
  const bool any_valid =
      std::any_of(certificates.begin(), certificates.end(), [now](const CertificatePtr& it) {
        return TimeOf(X509_get0_notBefore(it.get())) <= now &&
               now < TimeOf(X509_get0_notAfter(it.get()));
      });
  if (any_valid) return absl::OkStatus();
  X509& first = *certificates.front();
  return Unusable(source,
                  StrCat("has no authority that is valid at ", Rfc3339(now), ": ", SubjectOf(first),
                         " is valid from ", Rfc3339(TimeOf(X509_get0_notBefore(&first))), " to ",
                         Rfc3339(TimeOf(X509_get0_notAfter(&first)))));
}

absl::StatusOr<ChainFacts> CheckTlsTexts(const TlsTexts& texts, const TlsSources& sources,
                                         absl::Time now) {
  ASSIGN_OR_RETURN(const auto chain, ReadCertificates(texts.certificate, sources.certificate));
  ASSIGN_OR_RETURN(const KeyPtr key, ReadKey(texts.key, sources.key));
  RETURN_IF_ERROR(CheckPair(chain, *key, sources));
  ChainFacts facts{.subject = SubjectOf(*chain.front())};
  for (const CertificatePtr& certificate : chain) {
    const absl::Time from = TimeOf(X509_get0_notBefore(certificate.get()));
    const absl::Time until = TimeOf(X509_get0_notAfter(certificate.get()));
    if (now >= until) {
      return Unusable(sources.certificate,
                      StrCat("has the certificate ", SubjectOf(*certificate), ", which expired at ",
                             Rfc3339(until), ": renew it"));
    }
    if (now < from) {
      return Unusable(
          sources.certificate,
          StrCat("has the certificate ", SubjectOf(*certificate), ", which is not valid before ",
                 Rfc3339(from), "; the clock of this machine is at ", Rfc3339(now)));
    }
    facts.not_before = std::max(facts.not_before, from);
    facts.not_after = std::min(facts.not_after, until);
  }
  if (!texts.client_ca.empty()) {
    RETURN_IF_ERROR(CheckAuthorities(texts.client_ca, sources.client_ca, now));
  }
  return facts;
}

std::vector<std::string> NamesOf(X509& certificate) {
  std::vector<std::string> names = {SubjectOf(certificate)};
  auto* const list = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(list, i);
    if (name->type != GEN_DNS && name->type != GEN_URI) continue;
    const ASN1_IA5STRING* const text = name->d.ia5;
    const std::string value(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                            static_cast<std::size_t>(ASN1_STRING_length(text)));
    names.push_back(StrCat(name->type == GEN_DNS ? "DNS:" : "URI:", value));
  }
  GENERAL_NAMES_free(list);
  return names;
}

}  // namespace citylayers::runtime
