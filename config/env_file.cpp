#include "config/env_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

#include <fmt/format.h>

namespace confab::config {
namespace {

constexpr std::string_view kBlank = " \t\r\f\v";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_key_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

bool is_key(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_key_character);
}

bool is_nothing_or_comment(std::string_view text) {
  text = trimmed(text);
  return text.empty() || text.front() == '#';
}

std::string unquoted_value(std::string_view text) {
  if (text.starts_with('#')) {
    return {};
  }
  const auto comment = std::min(text.find(" #"), text.find("\t#"));
  return std::string(trimmed(text.substr(0, comment)));
}

std::optional<std::string> single_quoted_value(std::string_view text) {
  const auto end = text.find('\'', 1);
  if (end == std::string_view::npos || !is_nothing_or_comment(text.substr(end + 1))) {
    return std::nullopt;
  }
  return std::string(text.substr(1, end - 1));
}

std::optional<std::string> double_quoted_value(std::string_view text) {
  std::string value;
  for (std::size_t at = 1; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      return is_nothing_or_comment(text.substr(at + 1)) ? std::optional(value) : std::nullopt;
    }
    const bool escape = c == '\\' && at + 1 < text.size() &&
                        (text[at + 1] == '"' || text[at + 1] == '\\' || text[at + 1] == '$');
    value += escape ? text[++at] : c;
  }
  return std::nullopt;
}

std::optional<std::string> parse_value(std::string_view text) {
  if (text.starts_with('\'')) {
    return single_quoted_value(text);
  }
  if (text.starts_with('"')) {
    return double_quoted_value(text);
  }
  return unquoted_value(text);
}

std::string_view without_export(std::string_view line) {
  constexpr std::string_view kExport = "export";
  const bool exported = line.starts_with(kExport) && line.size() > kExport.size() &&
                        (line[kExport.size()] == ' ' || line[kExport.size()] == '\t');
  return exported ? trimmed(line.substr(kExport.size())) : line;
}

void parse_line(std::string_view line, std::string_view place, EnvFile& file) {
  line = trimmed(line);
  if (is_nothing_or_comment(line)) {
    return;
  }
  line = without_export(line);
  const auto equals = line.find('=');
  const auto key = trimmed(line.substr(0, equals));
  if (equals == std::string_view::npos || !is_key(key)) {
    file.mistakes.push_back(fmt::format("{} is not of the form KEY=value.", place));
    return;
  }
  auto value = parse_value(trimmed(line.substr(equals + 1)));
  if (!value) {
    file.mistakes.push_back(fmt::format(
        "{}: the quotes around the value of {} do not match, or text follows them.", place, key));
    return;
  }
  file.values.insert_or_assign(std::string(key), std::move(*value));
}

}  // namespace

EnvFile parse_env_text(std::string_view text, std::string_view file_name) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  EnvFile file;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    parse_line(text.substr(0, end), fmt::format("{}, line {}", file_name, number), file);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return file;
}

EnvFile read_env_file(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::error_code ignored;
  if (!stream || std::filesystem::is_directory(path, ignored)) {
    const auto reason = std::generic_category().message(errno == 0 ? EISDIR : errno);
    return {{}, {fmt::format("The file {} cannot be read: {}.", path.string(), reason)}};
  }
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return parse_env_text(text, path.filename().string());
}

}  // namespace confab::config
