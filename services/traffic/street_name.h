// Streets as people ask for them.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_STREET_NAME_H_
#define CITYLAYERS_SERVICES_TRAFFIC_STREET_NAME_H_

#include <string>
#include <string_view>

namespace citylayers::traffic {

/// How a Vietnamese name is spelled, letter case and runs of spaces aside. Composed and decomposed
/// UTF-8 spell the same.
struct Spelling {
  std::string letters;  // without marks: "le loi"
  std::string marked;   // the same with a byte after its letter for each mark; equal: no marks

  static Spelling Of(std::string_view utf8);
};

/// The street that somebody asks for. Asked without any mark, marks do not count, as most people
/// type on a phone; asked with marks, they do:
///
///   StreetQuery("le loi").Matches("Lê Lợi")   true, like "LÊ LỢI" and "lê lợi"
///   StreetQuery("lê lai").Matches("Lê Lợi")   false
///
/// Immutable, thread-safe; Matches is linear in the name.
class StreetQuery {
 public:
  explicit StreetQuery(std::string_view asked) : asked_(Spelling::Of(asked)) {}
  bool Matches(std::string_view name) const;

 private:
  const Spelling asked_;
};

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_STREET_NAME_H_
