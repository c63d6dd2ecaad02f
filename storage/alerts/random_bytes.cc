#include "storage/alerts/random_bytes.h"

#include <cstdlib>

#include <openssl/rand.h>

namespace citylayers::storage {

std::string RandomBytes(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1) {
    std::abort();
  }
  return out;
}

}  // namespace citylayers::storage
