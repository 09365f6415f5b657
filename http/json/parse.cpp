#include "http/json/parse.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "config/unicode.hpp"

namespace confab::http {
namespace {

std::string at(std::string_view text, std::size_t position, std::string_view what) {
  position = std::min(position, text.size());
  const std::string_view before = text.substr(0, position);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = lines == 0 ? 0 : before.rfind('\n') + 1;
  return fmt::format("{}: line {} column {} (char {})", what, lines + 1,
                     unicode::count_characters(before.substr(line_start)) + 1,
                     unicode::count_characters(before));
}

bool mentions(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// What Python's decoder calls the mistake that nlohmann's parser describes.
std::string_view python_name(std::string_view description) {
  if (mentions(description, "missing closing quote")) return "Unterminated string starting at";
  if (mentions(description, "control character")) return "Invalid control character at";
  if (mentions(description, "after backslash")) return "Invalid \\escape";
  if (mentions(description, "'\\u'") || mentions(description, "surrogate")) {
    return "Invalid \\uXXXX escape";
  }
  if (mentions(description, "; expected end of input")) return "Extra data";
  if (mentions(description, "parsing object key")) {
    return "Expecting property name enclosed in double quotes";
  }
  if (mentions(description, "parsing object separator")) return "Expecting ':' delimiter";
  if (mentions(description, "parsing object -") || mentions(description, "parsing array -")) {
    return "Expecting ',' delimiter";
  }
  return "Expecting value";
}

/// NaN and the infinities, which Python would accept and DRF refuses by name.
std::optional<std::string_view> non_finite_at(std::string_view text, std::size_t position) {
  const std::string_view rest = text.substr(std::min(position, text.size()));
  for (const std::string_view name : {"NaN", "Infinity", "-Infinity"}) {
    if (rest.starts_with(name)) return name;
  }
  return std::nullopt;
}

std::string not_finite(std::string_view literal) {
  return fmt::format("Out of range float values are not JSON compliant: '{}'", literal);
}

/// Builds the value from the parser's events and stops it at the first thing that is not allowed.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  Json take_value() { return std::move(root_); }
  std::string take_fault() { return std::move(fault_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    Json& object = *open_.back();
    if (object.contains(name)) {
      fault_ = "An object names a member twice";
      return false;
    }
    slot_ = &object[name];
    return true;
  }

  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::detail::exception& error) override {
    // The parser counts what it has read; `token` ends there and holds white space before it.
    const std::string_view description = error.what();
    const bool at_end = mentions(description, "unexpected end of input");
    std::size_t start = position;
    if (!at_end && position > 0) start = position - 1;
    if (mentions(description, "missing closing quote") || mentions(description, "number")) {
      start = position >= token.size() ? position - token.size() : 0;
      while (start < text_.size() && text_[start] == ' ') ++start;
    }
    describe(start, description, at_end);
    return false;
  }

 private:
  void describe(std::size_t start, std::string_view description, bool at_end) {
    if (mentions(description, "number overflow")) {
      fault_ = not_finite("Infinity");
    } else if (const auto literal = non_finite_before(start)) {
      fault_ = not_finite(*literal);
    } else {
      fault_ = at(text_, at_end ? text_.size() : start, python_name(description));
    }
  }

  /// The parser notices a bad literal somewhere inside it.
  std::optional<std::string_view> non_finite_before(std::size_t position) const {
    for (std::size_t back = 0; back <= 3 && back <= position; ++back) {
      if (const auto literal = non_finite_at(text_, position - back)) return literal;
    }
    return std::nullopt;
  }

  template <class Value>
  bool add(Value&& value) {
    place(std::forward<Value>(value));
    return true;
  }

  Json* place(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& container = *open_.back();
    if (container.is_array()) {
      container.push_back(std::move(value));
      return &container.back();
    }
    *slot_ = std::move(value);
    return slot_;
  }

  bool open(Json container) {
    if (open_.size() == kMaxJsonDepth) {
      fault_ = fmt::format("Nested deeper than {} levels", kMaxJsonDepth);
      return false;
    }
    // Pointers stay valid: a container does not move while something inside it is open.
    open_.push_back(place(std::move(container)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  Json root_;
  std::vector<Json*> open_;
  Json* slot_ = nullptr;
  std::string fault_;
};

}  // namespace

std::variant<Json, JsonFault> parse_json(std::string_view text) {
  if (const auto fault = unicode::find_encoding_fault(text)) {
    return JsonFault{fmt::format("'utf-8' codec can't decode byte 0x{:02x} in position {}: {}",
                                 static_cast<unsigned char>(text[fault->position]), fault->position,
                                 fault->reason)};
  }
  if (text.starts_with("\xEF\xBB\xBF")) return JsonFault{"Unexpected UTF-8 BOM"};
  Builder builder(text);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    return JsonFault{builder.take_fault()};
  }
  // The parser takes a NUL outside strings, where alone it lets one stand, for the end of the text.
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) return JsonFault{at(text, nul, "Extra data")};
  return builder.take_value();
}

}  // namespace confab::http
