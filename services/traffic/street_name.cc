#include "services/traffic/street_name.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <unordered_map>

#include "absl/strings/ascii.h"

namespace citylayers::traffic {
namespace {

// Marks by the byte that stands for them in Spelling::marked, in the order in which they stand.
constexpr char kBreve = 1, kCircumflex = 2, kHorn = 3, kStroke = 4, kGrave = 5, kAcute = 6,
               kHook = 7, kTilde = 8, kDot = 9;
constexpr char kNone = 0;

struct Letter {
  char letter = kNone;  // none: a combining mark
  char shape = kNone;   // breve, circumflex, horn or stroke
  char tone = kNone;
};

// A vowel in its six tones, in the order of kTones.
struct Vowel {
  std::string_view lower, upper;
  char letter, shape;
};
constexpr std::array<char, 6> kTones = {kNone, kGrave, kAcute, kHook, kTilde, kDot};
constexpr std::array<Vowel, 12> kVowels = {{{"aàáảãạ", "AÀÁẢÃẠ", 'a', kNone},
                                            {"ăằắẳẵặ", "ĂẰẮẲẴẶ", 'a', kBreve},
                                            {"âầấẩẫậ", "ÂẦẤẨẪẬ", 'a', kCircumflex},
                                            {"eèéẻẽẹ", "EÈÉẺẼẸ", 'e', kNone},
                                            {"êềếểễệ", "ÊỀẾỂỄỆ", 'e', kCircumflex},
                                            {"iìíỉĩị", "IÌÍỈĨỊ", 'i', kNone},
                                            {"oòóỏõọ", "OÒÓỎÕỌ", 'o', kNone},
                                            {"ôồốổỗộ", "ÔỒỐỔỖỘ", 'o', kCircumflex},
                                            {"ơờớởỡợ", "ƠỜỚỞỠỢ", 'o', kHorn},
                                            {"uùúủũụ", "UÙÚỦŨỤ", 'u', kNone},
                                            {"ưừứửữự", "ƯỪỨỬỮỰ", 'u', kHorn},
                                            {"yỳýỷỹỵ", "YỲÝỶỸỴ", 'y', kNone}}};

// Takes the first character off; of bytes that are no UTF-8, the first byte.
std::string_view TakeCharacter(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  std::size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  size = std::min(size, text.size());
  const std::string_view character = text.substr(0, size);
  text.remove_prefix(size);
  return character;
}

using Letters = std::unordered_map<std::string_view, Letter>;

Letters MakeLetters() {
  Letters letters = {{"đ", {'d', kStroke, kNone}},       {"Đ", {'d', kStroke, kNone}},
                     {"\u0306", {kNone, kBreve, kNone}}, {"\u0302", {kNone, kCircumflex, kNone}},
                     {"\u031B", {kNone, kHorn, kNone}},  {"\u0300", {kNone, kNone, kGrave}},
                     {"\u0301", {kNone, kNone, kAcute}}, {"\u0309", {kNone, kNone, kHook}},
                     {"\u0303", {kNone, kNone, kTilde}}, {"\u0323", {kNone, kNone, kDot}}};
  for (const Vowel& vowel : kVowels) {
    for (std::string_view row : {vowel.lower, vowel.upper}) {
      for (const char tone : kTones)
        letters[TakeCharacter(row)] = {vowel.letter, vowel.shape, tone};
    }
  }
  return letters;
}

// Null: no letter of ours.
const Letter* FindLetter(std::string_view character) {
  static const Letters kLetters = MakeLetters();
  const auto found = kLetters.find(character);
  return found == kLetters.end() ? nullptr : &found->second;
}

}  // namespace

Spelling Spelling::Of(std::string_view utf8) {
  Spelling result;
  std::size_t marks_begin = 0;  // of the latest letter, in `marked`
  const auto add_letter = [&](std::string_view letter) {
    result.letters += letter;
    result.marked += letter;
    marks_begin = result.marked.size();
  };
  const auto add_mark = [&](char mark) {
    if (mark == kNone) return;
    const auto begin = result.marked.begin() + static_cast<std::ptrdiff_t>(marks_begin);
    result.marked.insert(std::upper_bound(begin, result.marked.end(), mark), mark);
  };
  bool space = false;
  while (!utf8.empty()) {
    const std::string_view character = TakeCharacter(utf8);
    if (character.size() == 1 && absl::ascii_isspace(static_cast<unsigned char>(character[0]))) {
      space = !result.letters.empty();
      continue;
    }
    if (space) add_letter(" ");
    space = false;
    const Letter* letter = FindLetter(character);
    if (letter != nullptr) {
      if (letter->letter != kNone) add_letter(std::string_view(&letter->letter, 1));
      add_mark(letter->shape);
      add_mark(letter->tone);
    } else if (character.size() == 1) {
      const char lower = absl::ascii_tolower(static_cast<unsigned char>(character[0]));
      add_letter(std::string_view(&lower, 1));
    } else {
      add_letter(character);
    }
  }
  return result;
}

bool StreetQuery::Matches(std::string_view name) const {
  const Spelling spelling = Spelling::Of(name);
  if (spelling.letters != asked_.letters) return false;
  return asked_.marked == asked_.letters || spelling.marked == asked_.marked;
}

}  // namespace citylayers::traffic
