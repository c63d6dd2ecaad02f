// nginx as a peer of the benchmarks, serving one file.
#ifndef CITYLAYERS_TESTS_BENCH_NGINX_H_
#define CITYLAYERS_TESTS_BENCH_NGINX_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include <sys/types.h>

namespace citylayers::bench {

/// A child process on loopback with two workers, tuned for small files as its manual recommends:
/// cached open files, no access log, unlimited keepalive. Stopped by the destructor.
class Nginx {
 public:
  /// Creates `directory` and serves `bytes` from it.
  static absl::StatusOr<std::unique_ptr<Nginx>> Start(const std::string& directory,
                                                      std::string_view bytes);
  ~Nginx();
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  const std::string& url() const { return url_; }

 private:
  Nginx() = default;

  pid_t pid_ = -1;
  std::string url_;
};

}  // namespace citylayers::bench

#endif  // CITYLAYERS_TESTS_BENCH_NGINX_H_
