// Names as people ask for them.
#ifndef CITYLAYERS_BASE_SPELLING_H_
#define CITYLAYERS_BASE_SPELLING_H_

#include <string>
#include <string_view>

namespace citylayers {

/// How a name is spelled, letter case and runs of spaces aside. Composed and decomposed UTF-8 spell
/// the same, as do đ and the letters of other alphabets that look like it.
struct Spelling {
  std::string letters;  // without marks: "le loi"
  std::string marked;   // the same with its marks after each letter; equal: no marks

  static Spelling Of(std::string_view utf8);
};

/// The street or place that a request names. Asked without any mark, marks do not count, as most
/// people type on a phone; asked with marks, they do:
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
