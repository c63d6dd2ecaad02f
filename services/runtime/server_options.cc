#include "services/runtime/server_options.h"

#include <algorithm>
#include <string>

#include "services/runtime/access_settings.h"
#include "services/runtime/tls/tls_settings.h"

namespace citylayers::runtime {
namespace {

// Those of the life of a gRPC connection and of what is sent over it.
std::vector<Option> ConnectionOptions() {
  return {
      {"grpc.keepalive", OptionType::kDuration, "60s",
       "Time after which an idle connection is pinged.", 1, 7200},
      {"grpc.keepalive_timeout", OptionType::kDuration, "10s",
       "Time after which a connection is closed when it does not answer a ping.", 1, 7200},
      {"grpc.keepalive_min", OptionType::kDuration, "5s",
       "Minimum interval of a client's pings; a client that pings more often is cut.", 1, 7200},
      {"grpc.connection_age_max", OptionType::kDuration, "30m",
       "Age, with a tenth more or less, at which a client is asked to open another connection. "
       "Streams of connections end between 1.1 and 1.3 times this age with UNAVAILABLE, a time to "
       "wait and the position from which to resume.",
       0.1, 604'800},
      {"grpc.connection_age_grace", OptionType::kDuration, "60s",
       "Time after the end of its last stream's age for which an aged connection may last.", 0.1,
       86'400},
      {"grpc.connection_idle_max", OptionType::kDuration, "5m",
       "Time after which a connection without a call is closed.", 0.1, 604'800},
      {"grpc.return_spread", OptionType::kDuration, "10s",
       "When the server stops, its streams' clients are asked to wait for different times up to "
       "this one before they connect again.",
       0, 3600},
      {"grpc.compress_above_bytes", OptionType::kInt, "1024",
       "Snapshots, tiles and other large answers above this size are compressed for clients that "
       "accept gzip; deltas are not. 0: no compression.",
       0, 1e9},
  };
}

// Who runs the process, and what other users may see of it.
std::vector<Option> UserOptions() {
  return {
      {.key = "server.data_access",
       .type = OptionType::kString,
       .default_value = "owner",
       .help = "Who may read the files in the data directory: the owner, the group or everyone.",
       .choices = {"owner", "group", "everyone"}},
      {"server.allow_root", OptionType::kBool, "false",
       "Allow running as root outside a container."},
      {"server.core_dumps", OptionType::kBool, "false",
       "Allow core dumps of the process, which contain keys, and debuggers of the same user."},
  };
}

Option BackendOption(const std::string& module) {
  return {"backends." + module, OptionType::kString, "127.0.0.1:50051",
          "gRPC address of the process that runs " + module +
              ", when it is another process: HOST:PORT, or https://HOST:PORT for TLS."};
}

std::vector<Option> ProcessOptions() {
  return {
      {"server.target", OptionType::kString, "all",
       "Modules to run: all, or names separated by commas."},
      {"server.pack", OptionType::kString, "",
       "Directory of the city pack (citylayers pack build makes one)."},
      {"server.data", OptionType::kString, "data",
       "Directory for durable files; created when missing."},
      {"server.grpc", OptionType::kString, "127.0.0.1:50051", "Address of the gRPC port."},
      {"server.http", OptionType::kString, "127.0.0.1:8080", "Address of the HTTP gateway."},
      {"server.admin", OptionType::kString, "127.0.0.1:8081",
       "Address of the admin port: metrics, health, debug."},
      {"server.admin_hosts", OptionType::kString, "",
       "Host names of the admin port, separated by commas, in addition to localhost and its "
       "addresses; \"*\" for all."},
      {"server.web", OptionType::kString, "",
       "Directory of the booth page; empty: the one installed with the program."},
      {"server.allow_insecure", OptionType::kBool, "false",
       "Allow listening on addresses other than loopback without TLS and keys."},
      {.key = "server.log",
       .type = OptionType::kString,
       .default_value = "info",
       .help = "Lowest level that is logged.",
       .choices = {"debug", "info", "warn", "error"},
       .is_live = true},
      {.key = "server.log_format",
       .type = OptionType::kString,
       .default_value = "text",
       .help = "Format of log lines.",
       .choices = {"text", "json"}},
      {"server.threads", OptionType::kInt, "8", "Threads for calls and for the work of layers.", 1,
       1024},
      {"server.write_threads", OptionType::kInt, "4",
       "Threads for calls that write; only these may wait for the disk.", 1, 256},
      {"server.queue_max", OptionType::kInt, "4096",
       "Calls that may wait for a thread before they are refused.", 1, 1e6},
      {"server.memory_max", OptionType::kInt, "536870912",
       "Memory that may grow with the load, bytes: request bodies, requests, streams, tiles, "
       "waiting batches, the store's buffers. Each has a share; work beyond it is refused.",
       16 << 20, 1e13},
      {"server.drain", OptionType::kDuration, "5s",
       "Maximum time for open calls to finish after SIGTERM.", 0, 60},
      {"server.descriptors_max", OptionType::kInt, "65536",
       "Maximum number of open files and connections of the process: the soft limit of the system "
       "is raised to this, at most to the hard limit.",
       64, 1e7},
      {"server.descriptors_reserve", OptionType::kInt, "256",
       "Number of these reserved for the store's files and for calls to other "
       "processes.",
       16, 1e6},
      {"server.probe", OptionType::kDuration, "5s",
       "Interval at which the process calls its own ports. After 2 failures in a row it is not "
       "ready.",
       0.05, 3600},
      {"server.probe_failures_max", OptionType::kInt, "6",
       "Failures in a row after which the process ends with an error, so that it is restarted; "
       "0: never.",
       0, 1e6},
  };
}

std::vector<Option> GrpcOptions() {
  return {
      {"grpc.connections_max", OptionType::kInt, "4096", "gRPC connections at once.", 1, 1e6},
      {"grpc.streams_per_connection_max", OptionType::kInt, "0",
       "Calls at once on one gRPC connection. The limit is sent to clients; a connection with a "
       "tenth more is cut. 0: 2000, or 20000 in a process without a gateway, because a gateway "
       "forwards the calls of all its clients over one connection.",
       0, 1e6},
      {"grpc.deadline_default", OptionType::kDuration, "30s",
       "Deadline of unary calls that have none.", 0.1, 3600},
      {"grpc.unary_max", OptionType::kInt, "512", "Unary calls at once, except those that write.",
       1, 1e6},
      {"grpc.writes_max", OptionType::kInt, "512",
       "Unary calls that write at once, including those that wait for the disk.", 1, 1e6},
      {"grpc.streams_max", OptionType::kInt, "20000", "Streaming calls at once.", 1, 1e6},
      {"grpc.request_bytes_max", OptionType::kInt, "4194304",
       "Largest message accepted from a client, bytes. Decoded it may take 28 times as much.", 1024,
       1e9},
      {"grpc.message_bytes_max", OptionType::kInt, "16777216",
       "Largest message sent to a client, bytes.", 1024, 1e9},
      {"grpc.write_timeout", OptionType::kDuration, "60s",
       "Time after which a call is ended when its client does not read the answer.", 0.1, 3600},
      {"grpc.method_limits", OptionType::kString,
       "FloodService/ExportDepth=2,FloodService/GetDepth=32,FloodService/ListFloodedSegments=16,"
       "LayerService/GetTileBundle=16,LayerService/GetTiles=64,ReadingService/GetLatestReadings=8,"
       "ReadingService/QueryReadings=64,TrafficService/ListJams=16,TrafficService/ListSegments=8",
       "Calls of one method at once (Service/Method=COUNT, separated by commas), for methods of "
       "which a few keep all threads busy."},
  };
}

}  // namespace

std::vector<Option> ServerOptions(const std::vector<ModuleSpec>& table) {
  std::vector<Option> options = ProcessOptions();
  for (auto& section :
       {UserOptions(), GrpcOptions(), ConnectionOptions(), AccessOptions(), TlsOptions()}) {
    options.insert(options.end(), section.begin(), section.end());
  }
  for (const ModuleSpec& spec : table) {
    options.push_back(BackendOption(spec.name));
    for (const Option& option : spec.options) {
      // A section shared by several modules is listed by each of them.
      const bool listed = std::any_of(options.begin(), options.end(),
                                      [&](const Option& other) { return other.key == option.key; });
      if (!listed) options.push_back(option);
    }
  }
  return options;
}

}  // namespace citylayers::runtime
