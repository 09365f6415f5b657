// Files of KEY=value lines: .env and the file given by --config.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace confab::config {

using Values = std::map<std::string, std::string, std::less<>>;

struct EnvFile {
  Values values;
  // Sentences that name file and line, but never quote the line: it may hold a secret.
  std::vector<std::string> mistakes;
};

// The syntax of django-environ: KEY=value, optionally after "export "; blank lines and lines that
// begin with '#' are skipped. An unquoted value ends before " #"; 'single quotes' keep everything;
// "double quotes" know the escapes \" \\ \$. A key that occurs twice keeps its last value.
// `file_name` is used in mistakes only.
EnvFile parse_env_text(std::string_view text, std::string_view file_name);

// A missing or unreadable file is a mistake.
EnvFile read_env_file(const std::filesystem::path& path);

}  // namespace confab::config
