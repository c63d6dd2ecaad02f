// How jemalloc, which is the program's malloc, keeps memory. It reads this name before main begins.

// Few arenas, since many threads take turns on few cores, and a thread of its own that gives back
// after a second what is not used: after a peak the process is as small as before.
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf =
    "background_thread:true,narenas:4,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
