#include "tools/bench/response.hpp"

#include <charconv>
#include <optional>

#include <strings.h>

namespace confab::bench {
namespace {

std::optional<std::string_view> header(std::string_view head, std::string_view name) {
  std::size_t line = head.find("\r\n");
  while (line != std::string_view::npos && line + 2 < head.size()) {
    const std::size_t begin = line + 2;
    line = head.find("\r\n", begin);
    const std::string_view text =
        head.substr(begin, line == std::string_view::npos ? line : line - begin);
    if (text.size() > name.size() && text[name.size()] == ':' &&
        strncasecmp(text.data(), name.data(), name.size()) == 0) {
      const std::size_t value = text.find_first_not_of(' ', name.size() + 1);
      return value == std::string_view::npos ? std::string_view() : text.substr(value);
    }
  }
  return std::nullopt;
}

template <class Number>
Number number(std::string_view text) {
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

void ResponseReader::feed(std::string_view bytes) {
  buffer_.append(bytes);
  if (head_size_ == 0) {
    read_head();
  }
  if (head_size_ > 0 && has_length_) {
    complete_ = buffer_.size() >= head_size_ + body_size_;
  }
}

void ResponseReader::finish() {
  if (head_size_ > 0 && !has_length_) {
    body_size_ = buffer_.size() - head_size_;
    complete_ = true;
  }
}

void ResponseReader::clear() {
  buffer_.clear();
  head_size_ = 0;
  complete_ = false;
}

std::string_view ResponseReader::body() const {
  return std::string_view(buffer_).substr(head_size_, body_size_);
}

void ResponseReader::read_head() {
  const std::size_t end = buffer_.find("\r\n\r\n");
  if (end == std::string::npos) {
    return;
  }
  head_size_ = end + 4;
  const std::string_view head = std::string_view(buffer_).substr(0, head_size_);
  constexpr std::size_t kStatusAt = std::string_view("HTTP/1.1 ").size();
  status_ = number<int>(head.substr(std::min(kStatusAt, head.size())));

  const auto length = header(head, "Content-Length");
  const bool never_has_body = status_ == 204 || status_ == 304;
  has_length_ = length.has_value() || never_has_body;
  body_size_ = length && !never_has_body ? number<std::size_t>(*length) : 0;
  const auto connection = header(head, "Connection");
  closes_ = !has_length_ || head.starts_with("HTTP/1.0") ||
            (connection && strncasecmp(connection->data(), "close", 5) == 0);
}

}  // namespace confab::bench
