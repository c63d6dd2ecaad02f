#include "storage/alerts/digest.h"

#include <cstdlib>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace citylayers::storage {

std::string Sha256(std::string_view bytes) {
  std::string out(32, '\0');
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size,
                 EVP_sha256(), nullptr) != 1 ||
      size != 32) {
    std::abort();  // Only a broken OpenSSL lacks SHA-256.
  }
  return out;
}

std::string RandomBytes(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1) {
    std::abort();
  }
  return out;
}

}  // namespace citylayers::storage
