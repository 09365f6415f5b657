#include "config/secret_key.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace confab::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShortestKey = 32;
constexpr std::size_t kFewestDistinctCharacters = 8;
constexpr std::size_t kRandomBytes = 48;

// Compared with letters and digits only, so that "Your_Secret_Key-Here..." is found too.
constexpr std::array<std::string_view, 9> kWellKnown = {
    "yoursecretkey", "djangoinsecure", "changeme", "changethis", "replaceme",
    "secretkeyhere", "supersecret",    "insecure", "mysecretkey"};

class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  ~FileDescriptor() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return descriptor_; }
  bool valid() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

std::string letters_and_digits(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      result += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      result += c;
    }
  }
  return result;
}

std::error_code last_error() { return {errno, std::generic_category()}; }

std::string random_hex(std::size_t bytes, std::error_code& error) {
  std::string raw(bytes, '\0');
  if (::getrandom(raw.data(), raw.size(), 0) != static_cast<ssize_t>(raw.size())) {
    error = last_error();
    return {};
  }
  std::string text;
  for (const char c : raw) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

std::error_code write_durably(const fs::path& path, std::string_view text) {
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid() ||
      ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(file.get()) != 0) {
    return last_error();
  }
  return {};
}

std::error_code sync_directory(const fs::path& path) {
  const FileDescriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory.valid() && ::fsync(directory.get()) == 0 ? std::error_code{} : last_error();
}

std::error_code ensure_directory(const fs::path& path) {
  std::error_code error;
  if (fs::create_directories(path, error)) {
    fs::permissions(path, fs::perms::owner_all, error);
  }
  return error;
}

// Whoever links first has made the key; a process that comes second uses what it finds.
std::error_code make_key_file(const fs::path& path) {
  std::error_code error;
  const auto suffix = random_hex(8, error);
  const auto key = error ? std::string{} : random_hex(kRandomBytes, error);
  if (error) {
    return error;
  }
  const fs::path draft = path.string() + "." + suffix;
  error = write_durably(draft, key + "\n");
  if (!error && ::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    error = last_error();
  }
  ::unlink(draft.c_str());
  return error ? error : sync_directory(path.parent_path());
}

std::string first_line(const fs::path& path, std::error_code& error) {
  errno = 0;
  std::ifstream stream(path);
  std::string line;
  if (!stream) {
    error = last_error();
  } else {
    std::getline(stream, line);
  }
  return line;
}

KeptSecretKey failure(const fs::path& path, const std::error_code& error) {
  return {{},
          fmt::format("SECRET_KEY is not set and cannot be kept in {}: {}.", path.string(),
                      error.message())};
}

bool repeats_itself(std::string_view key) {
  for (std::size_t period = 1; period <= key.size() / 2; ++period) {
    if (key.substr(period) == key.substr(0, key.size() - period)) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> weakness_of_secret_key(std::string_view key) {
  const auto plain = letters_and_digits(key);
  const auto known = std::find_if(kWellKnown.begin(), kWellKnown.end(),
                                  [&](auto word) { return plain.find(word) != std::string::npos; });
  if (known != kWellKnown.end()) {
    return "contains a well-known placeholder";
  }
  if (key.size() < kShortestKey) {
    return fmt::format("is shorter than {} characters", kShortestKey);
  }
  if (std::set<char>(key.begin(), key.end()).size() < kFewestDistinctCharacters) {
    return fmt::format("has fewer than {} different characters", kFewestDistinctCharacters);
  }
  if (repeats_itself(key)) {
    return "repeats a shorter text";
  }
  return std::nullopt;
}

KeptSecretKey kept_secret_key(const fs::path& data_dir) {
  const auto path = data_dir / "secret_key";
  std::error_code error;
  if (!fs::exists(path, error) && !error) {
    error = ensure_directory(data_dir);
    error = error ? error : make_key_file(path);
  }
  auto key = error ? std::string{} : first_line(path, error);
  if (error) {
    return failure(path, error);
  }
  if (const auto weakness = weakness_of_secret_key(key)) {
    return {{},
            fmt::format("The key in {} {}: remove the file or set SECRET_KEY.", path.string(),
                        *weakness)};
  }
  return {Secret(std::move(key)), {}};
}

}  // namespace confab::config
