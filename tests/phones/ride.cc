// A ride: a phone follows a layer of a running server over the emulated network, with a fault each
// minute, and is compared with a fresh snapshot after each.
//
//   citylayers_ride --server 127.0.0.1:50051 --layer layers/traffic --minutes 60 --seed 1
//   citylayers_ride --server 127.0.0.1:50051 --faults=false --heartbeat 300s    counts bytes
//   citylayers_ride --server 127.0.0.1:50051 --listen-only    only the network, for other clients
//
// Prints one line per fault, and the bytes per hour at the end. Exit status 1: a state differed, or
// the phone received nothing for longer than 90 s and its heartbeat.
#include <cstdint>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include <CLI/CLI.hpp>

#include "base/strings.h"
#include "citylayers/client/channel.h"
#include "tests/phones/phone.h"
#include "tests/support/link_emulator.h"

namespace citylayers::phones {
namespace {

struct Ride {
  std::string server = "127.0.0.1:50051";
  std::string layer = "layers/traffic";
  std::string api_key;
  std::string bbox = "106.68,10.76,106.71,10.78";  // 3 x 2 km
  std::string heartbeat = "300s";
  double minutes = 60;
  double fault_every_s = 60;
  std::uint32_t zoom = 15;
  std::uint32_t tick_ms = 5000;
  std::uint32_t seed = 1;
  bool faults = true;
  bool listen_only = false;
};

constexpr absl::Duration kLimit = absl::Seconds(90);

layers::v1::View ViewOf(const Ride& ride, double shift_deg = 0) {
  layers::v1::View view;
  const std::vector<std::string> edges = absl::StrSplit(ride.bbox, ',');
  double values[4] = {};
  for (std::size_t i = 0; i < 4 && i < edges.size(); ++i) {
    (void)absl::SimpleAtod(edges[i], &values[i]);
  }
  view.mutable_viewport()->set_west_deg(values[0] + shift_deg);
  view.mutable_viewport()->set_south_deg(values[1]);
  view.mutable_viewport()->set_east_deg(values[2] + shift_deg);
  view.mutable_viewport()->set_north_deg(values[3]);
  view.set_zoom(ride.zoom);
  return view;
}

// Makes the fault of this number, and returns its name.
std::string MakeFault(std::uint32_t number, const Ride& ride, test::LinkEmulator& link,
                      Phone& phone, layers::v1::View& view) {
  switch (number % 4) {
    case 0:
      link.SetOutage(true);
      absl::SleepFor(absl::Seconds(30));
      link.SetOutage(false);
      return "outage of 30 s";
    case 1:
      link.ChangeAddress();
      return "change of address";
    case 2:
      link.BlackHole();
      return "black hole";
    default:
      view = ViewOf(ride, 0.01 * static_cast<double>(number % 3));
      phone.MoveTo(view);
      return "move";
  }
}

// Whether the state equals a snapshot that is read at the same version, in a few tries: the layer
// goes on changing.
std::string Compare(layers::v1::LayerService::Stub& wire, const Ride& ride, Phone& phone,
                    const layers::v1::View& view) {
  std::string difference;
  for (int i = 0; i < 20; ++i) {
    const auto fresh = FreshSnapshot(wire, ride.layer, view);
    if (!fresh.ok()) return std::string(fresh.status().message());
    const auto state = phone.WaitFor(fresh->snapshot().version(), view, kLimit);
    if (!state.has_value()) return "no state within 90 s";
    if (state->resume()->version().counter() != fresh->snapshot().version().counter()) continue;
    difference = Difference(*state, fresh->snapshot());
    if (difference.empty()) return "";
  }
  return difference.empty() ? "" : difference;
}

int Run(const Ride& ride) {
  const std::vector<std::string> address = absl::StrSplit(ride.server, ':');
  int port = 0;
  if (address.size() != 2 || !absl::SimpleAtoi(address[1], &port)) {
    std::cerr << "--server is not HOST:PORT\n";
    return 2;
  }
  test::LinkEmulator link({.rtt = absl::Milliseconds(300),
                           .rtt_jitter = absl::Milliseconds(200),
                           .loss = ride.faults ? 0.03 : 0},
                          address[0], static_cast<std::uint16_t>(port), ride.seed);
  std::cout << "network at " << link.address() << std::endl;
  const absl::Time begin = absl::Now();
  const absl::Time end = begin + absl::Minutes(ride.minutes);
  std::mt19937 random(ride.seed);
  if (ride.listen_only) {
    for (std::uint32_t i = 0; absl::Now() < end; ++i) {
      absl::SleepFor(absl::Seconds(ride.fault_every_s));
      if (!ride.faults) continue;
      if (i % 3 == 0) {
        link.SetOutage(true);
        absl::SleepFor(absl::Seconds(30));
        link.SetOutage(false);
      } else if (i % 3 == 1) {
        link.ChangeAddress();
      } else {
        link.BlackHole();
      }
      std::cout << "fault " << i % 3 << ", " << link.bytes().down << " bytes down" << std::endl;
    }
    return 0;
  }
  absl::Duration heartbeat;
  (void)absl::ParseDuration(ride.heartbeat, &heartbeat);
  layers::v1::View view = ViewOf(ride);
  client::ChannelOptions direct{.api_key = ride.api_key};
  const auto wire = layers::v1::LayerService::NewStub(client::MakeChannel(ride.server, direct));
  Phone phone(client::MakeChannel(link.address(), direct),
              {.layer = ride.layer,
               .tick_ms = ride.tick_ms,
               .heartbeat_ms = static_cast<std::uint32_t>(absl::ToInt64Milliseconds(heartbeat))},
              view);
  int wrong = 0;
  while (absl::Now() < end) {
    absl::SleepFor(absl::Seconds(ride.fault_every_s));
    const std::string fault =
        ride.faults ? MakeFault(static_cast<std::uint32_t>(random()), ride, link, phone, view)
                    : "no fault";
    const absl::Time since = absl::Now();
    const std::string difference = Compare(*wire, ride, phone, view);
    if (!difference.empty()) ++wrong;
    std::cout << fault << ": " << (difference.empty() ? "equal" : difference) << " after "
              << absl::FormatDuration(absl::Trunc(absl::Now() - since, absl::Milliseconds(1)))
              << std::endl;
  }
  const double hours = absl::ToDoubleHours(absl::Now() - begin);
  const Phone::Counts counts = phone.counts();
  std::cout << "streams " << counts.streams << ", snapshots " << counts.snapshots << ", gaps "
            << counts.gaps << ", silence at most " << absl::FormatDuration(counts.silence_max)
            << ", KB/h down " << static_cast<double>(link.bytes().down) / 1000 / hours << ", up "
            << static_cast<double>(link.bytes().up) / 1000 / hours << std::endl;
  return wrong > 0 || counts.silence_max > kLimit + heartbeat ? 1 : 0;
}

}  // namespace
}  // namespace citylayers::phones

int main(int argc, char** argv) {
  citylayers::phones::Ride ride;
  CLI::App app("Follows a layer over an emulated mobile network");
  app.add_option("--server", ride.server, "HOST:PORT of the gRPC port");
  app.add_option("--layer", ride.layer, "Resource name");
  app.add_option("--api-key", ride.api_key, "API key");
  app.add_option("--bbox", ride.bbox, "west,south,east,north of the view");
  app.add_option("--zoom", ride.zoom, "Zoom of the view");
  app.add_option("--tick-ms", ride.tick_ms, "Milliseconds between deltas");
  app.add_option("--heartbeat", ride.heartbeat, "Time between heartbeats");
  app.add_option("--minutes", ride.minutes, "Duration");
  app.add_option("--fault-every", ride.fault_every_s, "Seconds between faults");
  app.add_option("--seed", ride.seed, "Of the network and of the faults");
  app.add_option("--faults", ride.faults, "false: only the delay, to count bytes");
  app.add_flag("--listen-only", ride.listen_only, "Only the network, for other clients");
  CLI11_PARSE(app, argc, argv);
  return citylayers::phones::Run(ride);
}
