#include "services/runtime/tls/tls_source.h"

#include <cerrno>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <sys/stat.h>

#include "base/rfc3339.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "services/runtime/log.h"
#include "services/runtime/tls/probe_certificate.h"

namespace citylayers::runtime {
namespace {

constexpr absl::Duration kNoticeBefore = absl::Hours(24 * 14);

// A path through symbolic links, as certbot makes them, is that of the file at its end.
std::string StateOf(const std::string& path) {
  struct stat info {};
  if (path.empty()) return "";
  if (::stat(path.c_str(), &info) != 0) return StrCat("error ", errno);
  return StrCat(info.st_dev, " ", info.st_ino, " ", info.st_size, " ", info.st_mtim.tv_sec, ".",
                info.st_mtim.tv_nsec, " ", info.st_ctim.tv_sec, ".", info.st_ctim.tv_nsec);
}

}  // namespace

TlsSource::TlsSource(TlsSettings settings, TlsTexts probe, Metrics& metrics, const Clock& clock)
    : settings_(std::move(settings)), probe_(std::move(probe)), metrics_(metrics), clock_(clock) {}

absl::StatusOr<std::unique_ptr<TlsSource>> TlsSource::Open(TlsSettings settings, Metrics& metrics,
                                                           const Clock& clock) {
  ASSIGN_OR_RETURN(TlsTexts probe, MakeProbeCertificate());
  auto source = std::unique_ptr<TlsSource>(
      new TlsSource(std::move(settings), std::move(probe), metrics, clock));
  source->used_state_ = source->seen_state_ = source->StateOfFiles();
  ASSIGN_OR_RETURN(auto snapshot, source->Load());
  source->Use(std::move(snapshot));
  source->ShowExpiry();
  return source;
}

std::shared_ptr<const TlsSnapshot> TlsSource::Current() const {
  absl::MutexLock lock(&mutex_);
  return current_;
}

std::string TlsSource::StateOfFiles() const {
  return StrCat(StateOf(settings_.certificate_file), "\n", StateOf(settings_.key_file), "\n",
                StateOf(settings_.client_ca_file));
}

absl::StatusOr<std::shared_ptr<const TlsSnapshot>> TlsSource::Load() const {
  ASSIGN_OR_RETURN(TlsLoad load, LoadTlsFiles(settings_, clock_.Now()));
  auto snapshot = std::make_shared<TlsSnapshot>();
  const bool has_clients = settings_.clients != ClientCertificates::kNone;
  if (has_clients) StrAppend(&load.texts.client_ca, "\n", probe_.certificate);
  ASSIGN_OR_RETURN(snapshot->http, MakeServerContext(load.texts, settings_.clients));
  if (has_clients) {
    ASSIGN_OR_RETURN(snapshot->admin, MakeServerContext(load.texts, ClientCertificates::kRequired));
  }
  snapshot->texts = std::move(load.texts);
  snapshot->facts = std::move(load.facts);
  return snapshot;
}

void TlsSource::Use(std::shared_ptr<const TlsSnapshot> snapshot) {
  LogInfo("TLS certificate loaded",
          {{"subject", snapshot->facts.subject}, {"expires", Rfc3339(snapshot->facts.not_after)}});
  absl::MutexLock lock(&mutex_);
  current_.swap(snapshot);
  failure_.clear();
}

void TlsSource::Poll() {
  const std::string state = StateOfFiles();
  bool failed = false;
  {
    absl::MutexLock lock(&mutex_);
    failed = !failure_.empty();
  }
  // Files that were refused are read again: a certificate may have become valid since.
  const bool is_change = state != used_state_;
  if ((is_change || failed) && state == seen_state_) {
    used_state_ = state;
    Reload(is_change);
  }
  seen_state_ = state;
  ShowExpiry();
}

void TlsSource::Reload(bool is_change) {
  static constexpr char kReloads[] = "citylayers_tls_reloads_total";
  static constexpr char kHelp[] = "Changed TLS files that were read, by result";
  auto loaded = Load();
  if (loaded.ok()) {
    auto snapshot = std::make_shared<TlsSnapshot>(**loaded);
    snapshot->number = Current()->number + 1;
    metrics_.Counter(kReloads, kHelp, {{"result", "used"}}).Increment();
    return Use(std::move(snapshot));
  }
  std::string failure(ToStd(loaded.status().message()));
  {
    absl::MutexLock lock(&mutex_);
    failure_ = failure;
  }
  if (!is_change) return;
  metrics_.Counter(kReloads, kHelp, {{"result", "refused"}}).Increment();
  LogError("changed TLS files cannot be used; the former certificate stays", {{"why", failure}});
}

void TlsSource::ShowExpiry() const {
  metrics_
      .Gauge("citylayers_tls_certificate_expiry_seconds",
             "Time until the certificate of the ports expires; negative: since it expired")
      .Set(absl::ToDoubleSeconds(Current()->facts.not_after - clock_.Now()));
}

std::vector<std::string> TlsSource::Notices() const {
  std::vector<std::string> notices;
  absl::MutexLock lock(&mutex_);
  if (!failure_.empty()) {
    notices.push_back(StrCat(
        "TLS: the changed files cannot be used, and the former certificate stays: ", failure_));
  }
  const ChainFacts& facts = current_->facts;
  const absl::Duration left = facts.not_after - clock_.Now();
  if (left <= absl::ZeroDuration()) {
    notices.push_back(StrCat("TLS: the certificate ", facts.subject, " expired at ",
                             Rfc3339(facts.not_after), ": renew it"));
  } else if (left < kNoticeBefore) {
    notices.push_back(StrCat("TLS: the certificate ", facts.subject, " expires in ",
                             absl::ToInt64Hours(left) / 24, " days, at ", Rfc3339(facts.not_after),
                             ": renew it"));
  }
  return notices;
}

}  // namespace citylayers::runtime
