// The certificate that new connections of a process use, kept up to date with its files.
#ifndef CITYLAYERS_SERVICES_RUNTIME_TLS_TLS_SOURCE_H_
#define CITYLAYERS_SERVICES_RUNTIME_TLS_TLS_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "base/clock.h"
#include "services/runtime/metrics.h"
#include "services/runtime/tls/certificate.h"
#include "services/runtime/tls/tls_settings.h"

struct ssl_ctx_st;

namespace citylayers::runtime {

/// What connections that begin now use. Immutable.
struct TlsSnapshot {
  std::uint64_t number = 0;  // increases with each change
  TlsTexts texts;            // `client_ca` with the certificate of the self probe
  ChainFacts facts;
  std::shared_ptr<ssl_ctx_st> http;   // for the HTTP port
  std::shared_ptr<ssl_ctx_st> admin;  // requires a client certificate; null without authorities
};

/// Reads the files at the start and, by Poll, after each change. A pair is used only as a whole and
/// when all checks pass; otherwise the former one stays, and the error is logged, counted and shown
/// as a notice. Open connections keep theirs. Thread-safe.
class TlsSource {
 public:
  /// FAILED_PRECONDITION: as LoadTlsFiles and MakeServerContext. `metrics` and `clock` (the wall
  /// clock) must outlive it. REQUIRES: settings.is_on().
  static absl::StatusOr<std::unique_ptr<TlsSource>> Open(TlsSettings settings, Metrics& metrics,
                                                         const Clock& clock);

  /// Never null. Costs a lock.
  std::shared_ptr<const TlsSnapshot> Current() const;
  const TlsSettings& settings() const { return settings_; }
  /// The certificate that the ports accept from this process.
  const TlsTexts& probe() const { return probe_; }

  /// Reads the files when they have changed and are the same as at the last Poll: a program that
  /// replaces them one after the other has then finished. Reads files; call it periodically, from
  /// one thread.
  void Poll();

  /// For operators: changed files that cannot be used, and a certificate that expires within 14
  /// days.
  std::vector<std::string> Notices() const;

 private:
  TlsSource(TlsSettings settings, TlsTexts probe, Metrics& metrics, const Clock& clock);

  /// The numbers by which a change of one of the files shows.
  std::string StateOfFiles() const;
  absl::StatusOr<std::shared_ptr<const TlsSnapshot>> Load() const;
  void Use(std::shared_ptr<const TlsSnapshot> snapshot);
  /// `is_change`: the files were not read in this state before.
  void Reload(bool is_change);
  void ShowExpiry() const;

  const TlsSettings settings_;
  const TlsTexts probe_;
  Metrics& metrics_;
  const Clock& clock_;
  // Of Poll's thread:
  std::string used_state_;  // of the files when they were read last
  std::string seen_state_;  // of the files at the last Poll
  mutable absl::Mutex mutex_;
  std::shared_ptr<const TlsSnapshot> current_ ABSL_GUARDED_BY(mutex_);
  std::string failure_ ABSL_GUARDED_BY(mutex_);  // of the last reading; empty: none
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_TLS_TLS_SOURCE_H_
