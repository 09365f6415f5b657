#include "tools/bench/texts.hpp"

#include <algorithm>
#include <fstream>
#include <random>

namespace confab::bench {
namespace {

namespace fs = std::filesystem;

// Every text file has an index (.dat) and a link (.u8) of the same name beside it.
std::vector<fs::path> text_files(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(directory, error)) {
    const auto extension = entry.path().extension();
    if (entry.is_regular_file() && extension != ".dat" && extension != ".u8") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool is_utf8(const std::string& text) {
  std::size_t following = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (following > 0) {
      if ((byte & 0xC0) != 0x80) {
        return false;
      }
      --following;
    } else if (byte >= 0xF0) {
      following = 3;
    } else if (byte >= 0xE0) {
      following = 2;
    } else if (byte >= 0xC2) {
      following = 1;
    } else if (byte >= 0x80) {
      return false;
    }
  }
  return following == 0;
}

// Overstrikes and other control characters of old terminals are no message text.
bool is_message(const std::string& text, std::size_t longest) {
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
  };
  const bool blank = text.find_first_not_of(" \t\n") == std::string::npos;
  return !blank && text.size() <= longest && std::none_of(text.begin(), text.end(), is_control) &&
         is_utf8(text);
}

void split_file(const fs::path& path, std::size_t longest, std::vector<std::string>& into) {
  std::ifstream file(path);
  std::string line;
  std::string text;
  const auto finish = [&] {
    if (!text.empty()) {
      text.pop_back();
    }
    if (is_message(text, longest)) {
      into.push_back(text);
    }
    text.clear();
  };
  while (std::getline(file, line)) {
    if (line == "%") {
      finish();
    } else {
      text += line + '\n';
    }
  }
  finish();
}

}  // namespace

std::vector<std::string> read_fortunes(const fs::path& directory, std::size_t limit,
                                       std::size_t longest) {
  std::vector<std::string> texts;
  for (const auto& path : text_files(directory)) {
    split_file(path, longest, texts);
  }
  std::mt19937 same_each_time(4711);
  std::shuffle(texts.begin(), texts.end(), same_each_time);
  texts.resize(std::min(texts.size(), limit));
  return texts;
}

}  // namespace confab::bench
