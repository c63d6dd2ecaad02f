#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include <grpcpp/grpcpp.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strings.h"
#include "services/access/access_control.h"
#include "services/runtime/monotonic_clock.h"
#include "tests/bench/bench_city.h"
#include "tests/bench/groups.h"

namespace citylayers::bench {
namespace {

using access::AccessControl;
using access::ApiKey;
using access::KeyRecord;

constexpr int kKeys = 10'000;
constexpr char kPepper[] = "01234567890123456789012345678901";

std::shared_ptr<const access::KeyRing> RingOf(const std::vector<ApiKey>& keys) {
  std::vector<KeyRecord> records;
  for (const ApiKey& key : keys) {
    records.push_back({.id = key.id,
                       .principal = "gauge",
                       .scopes = {access::ParseScope("readings:write:stations/phu-an").value(),
                                  access::ParseScope("layers:read:flood").value()},
                       .secrets = {{.hash = access::HashOf(key, kPepper)}}});
  }
  return std::make_shared<const access::KeyRing>(std::move(records), kPepper);
}

// Microseconds of one run of `run`, of `count` runs.
template <typename Run>
double MicrosecondsOf(int count, Run run) {
  const absl::Time start = absl::Now();
  for (int i = 0; i < count; ++i) run(i);
  return absl::ToDoubleMicroseconds(absl::Now() - start) / count;
}

// The same hash with the function that looks its algorithm up in each call.
double HmacMicroseconds(const std::vector<ApiKey>& keys, int count) {
  return MicrosecondsOf(count, [&](int i) {
    const std::string& secret = keys[static_cast<std::size_t>(i) % keys.size()].secret;
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), kPepper, sizeof kPepper - 1,
         reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), hash, &size);
  });
}

void RunChecks(const BenchOptions& options, Report& report) {
  std::vector<ApiKey> keys;
  for (int i = 0; i < kKeys; ++i) keys.push_back(ApiKey::Generate().value());
  const WallClock clock;
  AccessControl control(access::ScopeSet(), ApiKey::Generate().value(), clock);
  control.SetRing(RingOf(keys));
  std::vector<std::string> texts, wrong;
  for (const ApiKey& key : keys) {
    texts.push_back(key.ToText());
    wrong.push_back(ApiKey{.id = key.id, .secret = keys.front().secret}.ToText());
  }
  const access::Need need = {.permission = access::Permission::kReadingsWrite,
                             .resource = "stations/phu-an/measures/water_level"};
  const int count = options.quick ? 200'000 : 2'000'000;
  int allowed = 0;
  const double check_us = MicrosecondsOf(count, [&](int i) {
    const auto caller = control.Identify(texts[static_cast<std::size_t>(i % kKeys)]);
    allowed += caller.ok() && access::Require(**caller, need).ok() ? 1 : 0;
  });
  if (allowed != count) {
    return report.Fail("access.check_us", absl::InternalError("a valid key was refused"));
  }
  const double hmac_us = HmacMicroseconds(keys, count);
  report.Add({.name = "access.check_us",
              .value = check_us,
              .unit = "us",
              .note = StrCat("identify a key of ", kKeys, " and check a limited scope"),
              .peer = "OpenSSL's HMAC() alone",
              .peer_value = hmac_us,
              .ratio = hmac_us / check_us});
  AccessControl limited(access::ScopeSet(), ApiKey::Generate().value(), clock,
                        {.keys = {.calls_per_s = 1e9, .bytes_per_s = 1e12}});
  limited.SetRing(RingOf(keys));
  const runtime::MonotonicClock monotonic;
  allowed = 0;
  const double limited_us = MicrosecondsOf(count, [&](int i) {
    const auto caller = limited.Identify(texts[static_cast<std::size_t>(i % kKeys)]);
    if (!caller.ok() || !access::Require(**caller, need).ok()) return;
    const auto account = limited.limits().AccountOf(**caller, "203.0.113.7");
    const absl::Time now = monotonic.Now();
    allowed += account->TakeCall(now) ? 0 : 1;
    account->ChargeBytes(100, now);
  });
  if (allowed != count) {
    return report.Fail("access.check_limited_us", absl::InternalError("a call was refused"));
  }
  report.Add({.name = "access.check_limited_us",
              .value = limited_us,
              .unit = "us",
              .note = "the same with limits of calls and bytes"});
  int refused = 0;
  const double refuse_us = MicrosecondsOf(count, [&](int i) {
    refused += control.Identify(wrong[static_cast<std::size_t>(1 + i % (kKeys - 1))]).ok() ? 0 : 1;
  });
  if (refused != count) {
    return report.Fail("access.refuse_us", absl::InternalError("a wrong secret was accepted"));
  }
  report.Add({.name = "access.refuse_us",
              .value = refuse_us,
              .unit = "us",
              .note = "refuse a known key with a wrong secret"});
}

// Processor time of a process so far.
double ProcessorSeconds(pid_t pid) {
  std::ifstream in(StrCat("/proc/", pid, "/stat"));
  std::string line;
  std::getline(in, line);
  const std::vector<std::string> fields = absl::StrSplit(line.substr(line.rfind(')') + 2), ' ');
  constexpr std::size_t kUser = 11, kSystem = 12;  // of those after the name
  if (fields.size() <= kSystem) return 0;
  return (std::stod(fields[kUser]) + std::stod(fields[kSystem])) /
         static_cast<double>(sysconf(_SC_CLK_TCK));
}

// Calls with wrong keys at a fixed rate over open connections.
void RunRefusedCalls(const BenchOptions& options, Report& report) {
  constexpr int kCallsPerS = 2'000;
  constexpr int kConnections = 4;
  const auto city = BenchCity::Start(options, "readings,keys");
  if (!city.ok()) return report.Fail("access.refused_calls_core_share", city.status());
  const absl::Duration length = absl::Seconds(options.quick ? 4 : 20);
  const int per_connection =
      static_cast<int>(absl::ToDoubleSeconds(length) * kCallsPerS / kConnections);
  std::atomic<int> refused{0};
  const std::string key = StrCat("Bearer ", ApiKey::Generate().value().ToText());
  const double before_s = ProcessorSeconds((*city)->pid());
  const absl::Time start = absl::Now();
  std::vector<std::thread> clients;
  for (int c = 0; c < kConnections; ++c) {
    clients.emplace_back([&, c] {
      grpc::ChannelArguments own;
      own.SetInt("citylayers.bench.connection", c);  // a separate connection
      const auto stub = readings::v1::ReadingService::NewStub(grpc::CreateCustomChannel(
          (*city)->grpc_address(), grpc::InsecureChannelCredentials(), own));
      for (int i = 0; i < per_connection; ++i) {
        absl::SleepFor(start + length * i / per_connection - absl::Now());
        grpc::ClientContext context;
        context.AddMetadata("authorization", key);
        readings::v1::GetLatestReadingsResponse response;
        const grpc::Status status = stub->GetLatestReadings(&context, {}, &response);
        // The latter for all but limits.failures_per_second.
        refused += status.error_code() == grpc::StatusCode::UNAUTHENTICATED ||
                           status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED
                       ? 1
                       : 0;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  const double elapsed_s = absl::ToDoubleSeconds(absl::Now() - start);
  const double used_s = ProcessorSeconds((*city)->pid()) - before_s;
  if (refused != per_connection * kConnections) {
    return report.Fail("access.refused_calls_core_share",
                       absl::InternalError("a call with a wrong key was not refused"));
  }
  report.Add({.name = "access.refused_calls_core_share",
              .value = used_s / elapsed_s,
              .unit = "core",
              .note = absl::StrFormat("%.0f calls/s with a wrong key over %d connections",
                                      refused.load() / elapsed_s, kConnections)});
}

}  // namespace

void RunAccess(const BenchOptions& options, Report& report) {
  RunChecks(options, report);
  RunRefusedCalls(options, report);
}

}  // namespace citylayers::bench
