// The Atom feed of CAP messages (RFC 4287).
#ifndef CITYLAYERS_SERVICES_CAP_ATOM_FEED_H_
#define CITYLAYERS_SERVICES_CAP_ATOM_FEED_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace citylayers::cap {

/// One CAP message in the feed.
struct AtomEntry {
  std::string cap_id;
  std::string headline_vi;
  std::string headline_en;
  std::string message_type;  ///< Alert, Update or Cancel.
  absl::Time sent_time;
  bool exercise = false;  ///< A replay raised it.
};

/// The feed as XML in UTF-8, its entries in the given order (newest first). Each entry links to
/// `{base_url}/cap/{cap_id}.xml` and has its CAP status as a category. The titles of an exercise's
/// entries and of their feed are marked in both languages. `base_url` has no slash at its end, e.g.
/// "http://127.0.0.1:8080". `now` is the date of a feed without entries.
std::string BuildAtomFeed(const std::vector<AtomEntry>& entries, absl::string_view base_url,
                          absl::Time now);

}  // namespace citylayers::cap

#endif  // CITYLAYERS_SERVICES_CAP_ATOM_FEED_H_
