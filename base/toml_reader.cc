#include "base/toml_reader.h"

#include <charconv>
#include <map>
#include <variant>

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers {
namespace {

struct Value;
using List = std::vector<Value>;
struct Value {
  std::variant<std::string, std::int64_t, double, bool, List> is;
};

bool IsKeyCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

void SkipSpace(std::string_view* in) {
  while (!in->empty() && (in->front() == ' ' || in->front() == '\t')) in->remove_prefix(1);
}

bool Consume(std::string_view* in, std::string_view token) {
  if (!in->starts_with(token)) return false;
  in->remove_prefix(token.size());
  return true;
}

bool AtEndOfLine(std::string_view in) {
  SkipSpace(&in);
  return in.empty() || in.front() == '#';
}

std::string ParseKey(std::string_view* in) {
  std::string key;
  while (!in->empty() && IsKeyCharacter(in->front())) {
    key += in->front();
    in->remove_prefix(1);
  }
  return key;
}

// Parses the character after a backslash; TomlString() writes these three.
bool ParseEscape(std::string_view* in, std::string* out) {
  if (Consume(in, "\"")) return out->push_back('"'), true;
  if (Consume(in, "\\")) return out->push_back('\\'), true;
  unsigned code = 0;
  if (!Consume(in, "u") || in->size() < 4) return false;
  const auto [end, error] = std::from_chars(in->data(), in->data() + 4, code, 16);
  if (error != std::errc() || end != in->data() + 4 || code > 0x7F) return false;
  out->push_back(static_cast<char>(code));
  in->remove_prefix(4);
  return true;
}

bool ParseString(std::string_view* in, std::string* out) {
  while (!in->empty()) {
    const char c = in->front();
    in->remove_prefix(1);
    if (c == '"') return true;
    if (c != '\\') {
      out->push_back(c);
    } else if (!ParseEscape(in, out)) {
      return false;
    }
  }
  return false;
}

bool ParseNumber(std::string_view* in, Value* value) {
  const std::size_t length = in->find_first_not_of("+-.0123456789eE");
  const std::string_view token = in->substr(0, length);
  const char* const end = token.data() + token.size();
  std::int64_t whole = 0;
  double real = 0;
  if (auto r = std::from_chars(token.data(), end, whole); r.ec == std::errc() && r.ptr == end) {
    value->is = whole;
  } else if (auto d = std::from_chars(token.data(), end, real);
             d.ec == std::errc() && d.ptr == end) {
    value->is = real;
  } else {
    return false;
  }
  in->remove_prefix(token.size());
  return true;
}

bool ParseScalar(std::string_view* in, Value* value) {
  if (Consume(in, "\"")) return ParseString(in, &value->is.emplace<std::string>());
  if (Consume(in, "true")) return value->is = true, true;
  if (Consume(in, "false")) return value->is = false, true;
  return ParseNumber(in, value);
}

bool ParseValue(std::string_view* in, Value* value) {
  if (!Consume(in, "[")) return ParseScalar(in, value);
  List list;
  for (SkipSpace(in); !Consume(in, "]"); SkipSpace(in)) {
    if (!list.empty() && !Consume(in, ",")) return false;
    SkipSpace(in);
    if (!ParseScalar(in, &list.emplace_back())) return false;
  }
  value->is = std::move(list);
  return true;
}

}  // namespace

struct TomlReader::Node {
  std::map<std::string, Value, std::less<>> values;
  std::map<std::string, Node, std::less<>> tables;
  std::map<std::string, std::vector<Node>, std::less<>> lists;
};

struct TomlReader::Document {
  std::string what;
  Node root;
  Node none;  // stands for a missing table
  absl::Status status;
};

class TomlReader::Parser {
 public:
  explicit Parser(Node* root) : root_(root), table_(root) {}

  bool Line(std::string_view in) {
    if (AtEndOfLine(in)) return true;
    if (Consume(&in, "[[")) return Header(&in, true) && Consume(&in, "]]") && AtEndOfLine(in);
    if (Consume(&in, "[")) return Header(&in, false) && Consume(&in, "]") && AtEndOfLine(in);
    const std::string key = ParseKey(&in);
    SkipSpace(&in);
    if (key.empty() || table_->values.contains(key) || !Consume(&in, "=")) return false;
    SkipSpace(&in);
    return ParseValue(&in, &table_->values[key]) && AtEndOfLine(in);
  }

 private:
  // Sets table_ to the table named "a.b.c", creating it; on the path a list
  // stands for its last table.
  bool Header(std::string_view* in, bool is_list) {
    Node* node = root_;
    for (;;) {
      const std::string key = ParseKey(in);
      if (key.empty()) return false;
      if (!Consume(in, ".")) {
        table_ = is_list ? &node->lists[key].emplace_back() : &node->tables[key];
        return true;
      }
      const auto list = node->lists.find(key);
      node = list != node->lists.end() ? &list->second.back() : &node->tables[key];
    }
  }

  Node* root_;
  Node* table_;
};

absl::StatusOr<TomlReader> TomlReader::Parse(std::string_view text, std::string_view what) {
  auto document = std::make_shared<Document>();
  document->what = std::string(what);
  Parser parser(&document->root);
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!parser.Line(text.substr(0, end))) {
      return absl::DataLossError(StrCat(what, ":", line, ": this line is not valid"));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const Node* root = &document->root;
  return TomlReader(std::move(document), root);
}

void TomlReader::Fail(std::string_view key, std::string_view wanted) const {
  if (!document_->status.ok()) return;
  document_->status = absl::DataLossError(StrCat(document_->what, ": `", key, "` is not ", wanted));
}

absl::Status TomlReader::status() const { return document_->status; }

bool TomlReader::Has(std::string_view key) const {
  return table_->values.contains(key) || table_->tables.contains(key) ||
         table_->lists.contains(key);
}

template <typename T>
T TomlReader::Get(std::string_view key, std::string_view wanted) const {
  const auto it = table_->values.find(key);
  const T* value = it == table_->values.end() ? nullptr : std::get_if<T>(&it->second.is);
  if (value == nullptr) Fail(key, wanted);
  return value == nullptr ? T() : *value;
}

std::string TomlReader::String(std::string_view key) const {
  return Get<std::string>(key, "a string");
}

std::int64_t TomlReader::Int(std::string_view key) const {
  return Get<std::int64_t>(key, "an integer");
}

double TomlReader::Double(std::string_view key) const {
  const auto it = table_->values.find(key);
  if (it != table_->values.end()) {
    if (const auto* whole = std::get_if<std::int64_t>(&it->second.is)) {
      return static_cast<double>(*whole);
    }
  }
  return Get<double>(key, "a number");
}

bool TomlReader::Bool(std::string_view key) const { return Get<bool>(key, "true or false"); }

std::vector<std::string> TomlReader::Strings(std::string_view key) const {
  std::vector<std::string> out;
  for (const Value& value : Get<List>(key, "a list of strings")) {
    const auto* text = std::get_if<std::string>(&value.is);
    if (text == nullptr) Fail(key, "a list of strings");
    out.push_back(text == nullptr ? "" : *text);
  }
  return out;
}

std::vector<double> TomlReader::Doubles(std::string_view key) const {
  std::vector<double> out;
  for (const Value& value : Get<List>(key, "a list of numbers")) {
    const auto* real = std::get_if<double>(&value.is);
    const auto* whole = std::get_if<std::int64_t>(&value.is);
    if (real == nullptr && whole == nullptr) Fail(key, "a list of numbers");
    out.push_back(real != nullptr ? *real : whole != nullptr ? static_cast<double>(*whole) : 0.0);
  }
  return out;
}

TomlReader TomlReader::Table(std::string_view key) const {
  const auto it = table_->tables.find(key);
  if (it == table_->tables.end()) Fail(key, "a table");
  return TomlReader(document_, it == table_->tables.end() ? &document_->none : &it->second);
}

std::vector<TomlReader> TomlReader::Tables(std::string_view key) const {
  std::vector<TomlReader> out;
  const auto it = table_->lists.find(key);
  if (it == table_->lists.end()) return out;
  for (const Node& node : it->second) out.push_back(TomlReader(document_, &node));
  return out;
}

std::vector<std::pair<std::string, std::int64_t>> TomlReader::Ints() const {
  std::vector<std::pair<std::string, std::int64_t>> out;
  for (const auto& [key, value] : table_->values) out.emplace_back(key, Int(key));
  return out;
}

}  // namespace citylayers
