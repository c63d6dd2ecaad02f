// Settings of jemalloc, the program's malloc. It reads this variable before main begins.

// Few arenas, because many threads share few cores, and a background thread that returns unused
// memory after a second: after a peak the process shrinks to its former size.
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf =
    "background_thread:true,narenas:4,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
