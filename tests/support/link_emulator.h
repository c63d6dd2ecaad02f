// A mobile network between a client and a server, in user space.
#ifndef CITYLAYERS_TESTS_SUPPORT_LINK_EMULATOR_H_
#define CITYLAYERS_TESTS_SUPPORT_LINK_EMULATOR_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace citylayers::test {

/// A TCP proxy that treats the bytes of each direction as segments of at most 1,400 bytes. A
/// segment arrives after half the round-trip time, with jitter and in order; a lost one, as TCP
/// repairs it, later by `retransmit`, and those behind it wait. The random numbers depend on the
/// seed and on the order of the segments only. One thread; the methods are thread-safe.
///
///   LinkEmulator link({.rtt = absl::Milliseconds(300)}, "127.0.0.1", server_port);
///   auto channel = client::MakeChannel(link.address());
///   link.BlackHole();
class LinkEmulator {
 public:
  struct Conditions {
    absl::Duration rtt;
    absl::Duration rtt_jitter;  // the round-trip time is uniform within +- this
    double loss = 0;            // share of segments
    absl::Duration retransmit = absl::Milliseconds(600);
  };

  /// Listens on a port of 127.0.0.1 that the system chooses.
  LinkEmulator(const Conditions& conditions, std::string host, std::uint16_t port,
               std::uint32_t seed = 1);
  ~LinkEmulator();
  LinkEmulator(const LinkEmulator&) = delete;
  LinkEmulator& operator=(const LinkEmulator&) = delete;

  std::uint16_t port() const { return port_; }
  /// "127.0.0.1:PORT"
  std::string address() const;

  /// Nothing arrives, and no connection is made, until it is ended. Bytes that are sent meanwhile
  /// arrive afterwards.
  void SetOutage(bool is_out);
  /// Connections that are open now carry nothing from here on, without an error, as after a NAT has
  /// forgotten them. New ones work.
  void BlackHole();
  /// Open connections are reset, and new ones come from another address (127.0.0.N).
  void ChangeAddress();
  void SetConditions(const Conditions& conditions);

  struct Bytes {
    std::int64_t up = 0;    // from the client, that have arrived
    std::int64_t down = 0;  // to the client
    int connections = 0;    // accepted since the beginning
  };
  Bytes bytes() const;

 private:
  struct Segment {
    absl::Time due;
    std::string bytes;
  };
  // One direction of a connection. `out` is a socket's number, or -1.
  struct Way {
    int in = -1;
    int out = -1;
    std::deque<Segment> segments;
    std::size_t waiting = 0;  // bytes
    absl::Time last_due = absl::InfinitePast();
    bool in_ended = false;
    bool out_ended = false;
  };
  struct Connection {
    Way up;
    Way down;
    bool is_dead = false;    // in a black hole
    bool is_closed = false;  // to be removed
  };

  void Run();
  void Wake() const;
  void Accept() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int Connect() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Read(Way& way, Connection& connection) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Deliver(Way& way, std::int64_t& count, Connection& connection)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Time DueOf(Way& way) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void Close(Connection& connection, bool reset);
  int PollOnce() ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string host_;
  const std::uint16_t server_port_;
  int listener_ = -1;
  int wake_ = -1;
  std::uint16_t port_ = 0;
  mutable absl::Mutex mutex_;
  Conditions conditions_ ABSL_GUARDED_BY(mutex_);
  std::mt19937 random_ ABSL_GUARDED_BY(mutex_);
  std::list<Connection> connections_ ABSL_GUARDED_BY(mutex_);
  Bytes bytes_ ABSL_GUARDED_BY(mutex_);
  int source_ ABSL_GUARDED_BY(mutex_) = 1;  // 127.0.0.N
  bool is_out_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace citylayers::test

#endif  // CITYLAYERS_TESTS_SUPPORT_LINK_EMULATOR_H_
