// Matching of names in requests, with or without diacritics.
#ifndef CITYLAYERS_BASE_SPELLING_H_
#define CITYLAYERS_BASE_SPELLING_H_

#include <string>
#include <string_view>

namespace citylayers {

/// The spelling of a name, case-insensitive and with single spaces. Composed and decomposed UTF-8
/// have the same spelling, as have đ and the letters of other alphabets of the same shape.
struct Spelling {
  std::string letters;  // without marks: "le loi"
  std::string marked;   // the letters, each followed by its marks; equal to `letters`: no marks

  static Spelling Of(std::string_view utf8);
};

/// The street or place that a request names. A query without any mark matches regardless of marks,
/// because most people type so on a phone; a query with marks matches only the same marks:
///
///   NameQuery("le loi").Matches("Lê Lợi")   true, like "LÊ LỢI" and "lê lợi"
///   NameQuery("lê lai").Matches("Lê Lợi")   false
///
/// Immutable, thread-safe; Matches is linear in the name.
class NameQuery {
 public:
  explicit NameQuery(std::string_view asked) : asked_(Spelling::Of(asked)) {}
  bool Matches(std::string_view name) const;

 private:
  const Spelling asked_;
};

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_SPELLING_H_
