#include <algorithm>

#include "services/runtime/daemon.h"

namespace citylayers::runtime {

unsigned FileMask(const Config& config) {
  const std::string& access = config.GetString("server.data_access");
  return access == "owner" ? 0077 : access == "group" ? 0027 : 0022;
}

std::vector<Option> ServerOptions(const std::vector<ModuleSpec>& table) {
  std::vector<Option> options = {
      {"server.target", OptionType::kString, "all",
       "Modules to run: all, or names separated by commas."},
      {"server.pack", OptionType::kString, "",
       "Directory of the city pack (citylayers pack build makes one)."},
      {"server.data", OptionType::kString, "data",
       "Directory for what must last; created when it is not there."},
      {.key = "server.data_access",
       .type = OptionType::kString,
       .default_value = "group",
       .help = "Who may read the files in the data directory: the owner, the group or everyone.",
       .choices = {"owner", "group", "everyone"}},
      {"server.grpc", OptionType::kString, "127.0.0.1:50051", "Address of the gRPC port."},
      {"server.http", OptionType::kString, "127.0.0.1:8080", "Address of the HTTP gateway."},
      {"server.admin", OptionType::kString, "127.0.0.1:8081",
       "Address of the admin port: metrics, health, debug."},
      {"server.admin_hosts", OptionType::kString, "",
       "Host names (commas between) by which the admin port is called, beside localhost and its "
       "addresses; \"*\" for all."},
      {"server.web", OptionType::kString, "",
       "Directory of the booth page; empty: beside the program."},
      {"server.allow_insecure", OptionType::kBool, "false",
       "Listen on other than loopback addresses without keys."},
      {.key = "server.log",
       .type = OptionType::kString,
       .default_value = "info",
       .help = "Least level that is logged.",
       .choices = {"debug", "info", "warn", "error"}},
      {.key = "server.log_format",
       .type = OptionType::kString,
       .default_value = "text",
       .help = "Form of a line of the log.",
       .choices = {"text", "json"}},
      {"server.threads", OptionType::kInt, "8", "Threads that run calls and layers' work.", 1,
       1024},
      {"server.write_threads", OptionType::kInt, "4",
       "Threads that run calls which write; they alone may wait for the disk.", 1, 256},
      {"server.queue_max", OptionType::kInt, "4096",
       "Calls that may wait for a thread before they are refused.", 1, 1e6},
      {"server.memory_max", OptionType::kInt, "536870912",
       "Memory for what grows with the load, bytes: request bodies, requests, streams, tiles, "
       "waiting batches, the store's buffers. Each has a share and is refused beyond it.",
       16 << 20, 1e13},
      {"server.drain", OptionType::kDuration, "5s", "How long open calls may go on after SIGTERM.",
       0, 60},
      {"server.descriptors_max", OptionType::kInt, "65536",
       "Open files and connections of the process: the system's soft limit is raised to this, as "
       "far "
       "as its hard limit goes.",
       64, 1e7},
      {"server.descriptors_reserve", OptionType::kInt, "256",
       "Of these, how many connections leave for the store's files and for calls to other "
       "processes.",
       16, 1e6},
      {"server.probe", OptionType::kDuration, "5s",
       "How often the process calls its own ports. After 2 failures in a row it is not ready.",
       0.05, 3600},
      {"server.probe_failures_max", OptionType::kInt, "6",
       "Failures in a row after which the process ends with an error, so that it is started again; "
       "0: never.",
       0, 1e6},
      {"grpc.connections_max", OptionType::kInt, "4096", "gRPC connections at once.", 1, 1e6},
      {"grpc.streams_per_connection_max", OptionType::kInt, "0",
       "Calls at once on one gRPC connection; clients are told, and a connection with a tenth more "
       "is "
       "cut. 0: 2000, or 20000 in a process without a gateway: a gateway brings the calls of all "
       "its "
       "clients over one connection.",
       0, 1e6},
      {"grpc.deadline_default", OptionType::kDuration, "30s",
       "Deadline of unary calls that bring none.", 0.1, 3600},
      {"grpc.unary_max", OptionType::kInt, "512", "Unary calls at once, without those that write.",
       1, 1e6},
      {"grpc.writes_max", OptionType::kInt, "512",
       "Unary calls at once that write, those that wait for the disk included.", 1, 1e6},
      {"grpc.streams_max", OptionType::kInt, "20000", "Streaming calls at once.", 1, 1e6},
      {"grpc.request_bytes_max", OptionType::kInt, "4194304",
       "Largest message that is taken from a client, bytes. Unpacked it may take 28 times as much.",
       1024, 1e9},
      {"grpc.message_bytes_max", OptionType::kInt, "16777216",
       "Largest message of an answer, bytes.", 1024, 1e9},
      {"grpc.write_timeout", OptionType::kDuration, "60s",
       "A call whose client does not read its answer for this long is ended.", 0.1, 3600},
      {"grpc.method_limits", OptionType::kString,
       "FloodService/ExportDepth=2,FloodService/GetDepth=32,FloodService/ListFloodedSegments=16,"
       "LayerService/GetTiles=64,ReadingService/GetLatestReadings=8,"
       "ReadingService/QueryReadings=64,TrafficService/ListJams=16,TrafficService/ListSegments=8",
       "Calls of single methods at once (Service/Method=COUNT, commas between): for methods of "
       "which few keep all threads busy."},
      {"grpc.keepalive", OptionType::kDuration, "60s", "Pings an idle connection after this.", 1,
       7200},
      {"grpc.keepalive_min", OptionType::kDuration, "10s",
       "Clients that ping more often than this are cut.", 1, 7200},
  };
  for (const ModuleSpec& spec : table) {
    options.push_back(
        {"backends." + spec.name, OptionType::kString, "127.0.0.1:50051",
         "gRPC address of the process that runs " + spec.name + ", when it is another one."});
    for (const Option& option : spec.options) {
      // A section that modules share stands in each of them.
      const bool listed = std::any_of(options.begin(), options.end(),
                                      [&](const Option& other) { return other.key == option.key; });
      if (!listed) options.push_back(option);
    }
  }
  return options;
}

}  // namespace citylayers::runtime
