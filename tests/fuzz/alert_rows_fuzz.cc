// Fuzz target of the rows of the alert store. The first byte selects the kind of row.
#include <cstdlib>
#include <string>

#include "storage/alerts/alert_codec.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace citylayers::storage;  // NOLINT: all of what follows is from there

// A row that decodes must encode to a row that decodes to the same.
template <typename Decode, typename Encode>
void CheckRow(std::string_view bytes, Decode decode, Encode encode) {
  const auto record = decode(bytes);
  if (!record.ok()) return;
  const std::string row = encode(*record);
  const auto again = decode(row);
  if (!again.ok() || encode(*again) != row) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = citylayers::fuzz::TextOf(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      CheckRow(bytes, DecodeAlert, EncodeAlert);
      break;
    case 1:
      CheckRow(bytes, DecodeEvent, EncodeEvent);
      break;
    case 2:
      CheckRow(bytes, DecodeRuleState, EncodeRuleState);
      break;
    case 3:
      CheckRow(bytes, DecodeCap, EncodeCap);
      break;
    default:
      (void)DecodeKey64(bytes);
      break;
  }
  return 0;
}
