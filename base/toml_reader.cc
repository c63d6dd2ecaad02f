#include "base/toml_reader.h"

#include <optional>

#include "base/strings.h"
#include "base/toml_parse.h"

namespace citylayers {
namespace {

struct Document {
  std::string what;
  toml::table root;
  absl::Status status;
};

const toml::table kNoTable;  // stands for a missing table

std::optional<double> NumberOf(const toml::node& node) {
  if (const auto* whole = node.as_integer()) return static_cast<double>(whole->get());
  if (const auto* real = node.as_floating_point()) return real->get();
  return std::nullopt;
}

}  // namespace

struct TomlReader::Scope {
  std::shared_ptr<Document> document;  // shared by the tables that are read from it
  const toml::table* table;            // inside the document, or kNoTable

  const toml::node* Find(std::string_view key) const { return table->get(key); }
};

absl::StatusOr<TomlReader> TomlReader::Parse(std::string_view text, std::string_view what) {
  absl::StatusOr<toml::table> root = ParseToml(text, what);
  if (!root.ok()) return absl::DataLossError(root.status().message());
  auto document = std::make_shared<Document>(Document{std::string(what), *std::move(root), {}});
  const toml::table* table = &document->root;
  return TomlReader(std::make_shared<Scope>(Scope{std::move(document), table}));
}

void TomlReader::Fail(std::string_view key, std::string_view wanted) const {
  Document& document = *scope_->document;
  if (!document.status.ok()) return;
  document.status = absl::DataLossError(StrCat(document.what, ": `", key, "` is not ", wanted));
}

absl::Status TomlReader::status() const { return scope_->document->status; }

bool TomlReader::Has(std::string_view key) const { return scope_->Find(key) != nullptr; }

std::string TomlReader::String(std::string_view key) const {
  const toml::node* node = scope_->Find(key);
  if (node != nullptr && node->is_string()) return node->as_string()->get();
  Fail(key, "a string");
  return {};
}

std::int64_t TomlReader::Int(std::string_view key) const {
  const toml::node* node = scope_->Find(key);
  if (node != nullptr && node->is_integer()) return node->as_integer()->get();
  Fail(key, "an integer");
  return 0;
}

double TomlReader::Double(std::string_view key) const {
  const toml::node* node = scope_->Find(key);
  const std::optional<double> number = node == nullptr ? std::nullopt : NumberOf(*node);
  if (!number.has_value()) Fail(key, "a number");
  return number.value_or(0);
}

bool TomlReader::Bool(std::string_view key) const {
  const toml::node* node = scope_->Find(key);
  if (node != nullptr && node->is_boolean()) return node->as_boolean()->get();
  Fail(key, "true or false");
  return false;
}

std::vector<std::string> TomlReader::Strings(std::string_view key) const {
  std::vector<std::string> out;
  const toml::node* node = scope_->Find(key);
  if (node == nullptr || !node->is_array()) return Fail(key, "a list of strings"), out;
  for (const toml::node& item : *node->as_array()) {
    if (!item.is_string()) Fail(key, "a list of strings");
    out.push_back(item.is_string() ? item.as_string()->get() : std::string());
  }
  return out;
}

std::vector<double> TomlReader::Doubles(std::string_view key) const {
  std::vector<double> out;
  const toml::node* node = scope_->Find(key);
  if (node == nullptr || !node->is_array()) return Fail(key, "a list of numbers"), out;
  for (const toml::node& item : *node->as_array()) {
    const std::optional<double> number = NumberOf(item);
    if (!number.has_value()) Fail(key, "a list of numbers");
    out.push_back(number.value_or(0));
  }
  return out;
}

TomlReader TomlReader::Table(std::string_view key) const {
  const toml::node* node = scope_->Find(key);
  const toml::table* table = node == nullptr ? nullptr : node->as_table();
  if (table == nullptr) Fail(key, "a table");
  return TomlReader(
      std::make_shared<Scope>(Scope{scope_->document, table == nullptr ? &kNoTable : table}));
}

std::vector<TomlReader> TomlReader::Tables(std::string_view key) const {
  std::vector<TomlReader> out;
  const toml::node* node = scope_->Find(key);
  if (node == nullptr) return out;
  if (!node->is_array_of_tables()) return Fail(key, "a list of tables"), out;
  for (const toml::node& item : *node->as_array()) {
    out.push_back(TomlReader(std::make_shared<Scope>(Scope{scope_->document, item.as_table()})));
  }
  return out;
}

std::vector<std::pair<std::string, std::int64_t>> TomlReader::Ints() const {
  std::vector<std::pair<std::string, std::int64_t>> out;
  for (const auto& [key, value] : *scope_->table) {
    if (!value.is_table() && !value.is_array_of_tables()) {
      out.emplace_back(key.str(), Int(key.str()));
    }
  }
  return out;
}

}  // namespace citylayers
