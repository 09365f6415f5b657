#include "http/server/framing.hpp"

#include <algorithm>
#include <utility>

#include "http/server/grammar.hpp"

namespace confab::http {
namespace {

/// Method, version and two spaces beside the target.
constexpr std::size_t kRequestLineSlack = 64;
constexpr std::size_t kMaxChunkLine = 256;
/// Chunk extensions are skipped, yet must not be a way of sending for ever.
constexpr std::size_t kMaxChunkOverhead = 16UL * 1024;
/// Some clients send an empty line after a body; a stream of them is no request.
constexpr unsigned kMaxBlankLines = 4;
/// A larger buffer is given back when it is empty, so that an idle connection costs little.
constexpr std::size_t kKeptCapacity = 4096;
constexpr std::size_t kMaxReserve = 64UL * 1024;

}  // namespace

void RequestFramer::feed(std::string_view bytes) {
  if (state_ != State::failed) buffer_.append(bytes);
}

RequestFramer::Status RequestFramer::next() {
  while (state_ != State::complete && state_ != State::failed) {
    if (!step()) break;
  }
  release_consumed();
  if (state_ == State::failed) return Status::failed;
  if (state_ == State::complete) return Status::complete;
  if (announce_continue_ && buffered() == 0) {
    announce_continue_ = false;
    return Status::expects_continue;
  }
  return Status::need_more;
}

FramedRequest RequestFramer::take() {
  FramedRequest framed{std::move(head_.request), head_.http10, head_.keep_alive, head_.asterisk};
  head_ = RequestHead();
  state_ = State::start;
  head_size_ = 0;
  blank_lines_ = 0;
  announce_continue_ = false;
  return framed;
}

RequestFramer::Stage RequestFramer::stage() const {
  switch (state_) {
    case State::start:
      return buffered() == 0 ? Stage::between : Stage::head;
    case State::headers:
      return Stage::head;
    default:
      return Stage::body;
  }
}

void RequestFramer::discard() {
  std::string().swap(buffer_);
  position_ = 0;
  scanned_ = 0;
}

bool RequestFramer::step() {
  switch (state_) {
    case State::start:
      return read_request_line();
    case State::headers:
      return read_header_line();
    case State::fixed_body:
      return read_fixed_body();
    case State::chunk_size:
      return read_chunk_size();
    case State::chunk_data:
      return read_chunk_data();
    case State::chunk_end:
      return read_chunk_end();
    case State::trailers:
      return read_trailer();
    case State::complete:
    case State::failed:
      break;
  }
  return false;
}

bool RequestFramer::read_request_line() {
  const std::size_t limit = std::min(limits_.max_header, limits_.max_target + kRequestLineSlack);
  switch (scan_line(limit)) {
    case Line::incomplete:
      return false;
    case Line::bad_character:
      return fail(kBadCharacter);
    case Line::too_long:
      return fail(kTargetTooLong);
    case Line::complete:
      break;
  }
  if (line_.empty()) return ++blank_lines_ <= kMaxBlankLines || fail(kBadRequestLine);
  if (const auto* error = head_.read_request_line(line_, limits_)) return fail(*error);
  head_size_ = line_.size() + 2;
  state_ = State::headers;
  return true;
}

bool RequestFramer::read_header_line() {
  const std::size_t left = limits_.max_header - std::min(limits_.max_header, head_size_);
  switch (scan_line(left)) {
    case Line::incomplete:
      return false;
    case Line::bad_character:
      return fail(kBadCharacter);
    case Line::too_long:
      return fail(kHeadTooLarge);
    case Line::complete:
      break;
  }
  head_size_ += line_.size() + 2;
  if (line_.empty()) {
    begin_body();
  } else if (const auto* error = head_.read_header(line_, limits_)) {
    fail(*error);
  }
  return true;
}

void RequestFramer::begin_body() {
  if (const auto* error = head_.finish(limits_)) {
    fail(*error);
    return;
  }
  body_left_ = head_.content_length;
  chunk_overhead_ = 0;
  trailer_count_ = 0;
  if (head_.chunked) {
    state_ = State::chunk_size;
  } else {
    state_ = body_left_ > 0 ? State::fixed_body : State::complete;
  }
  // The client may have announced a body that it then never sends, so little is reserved up front.
  head_.request.body.reserve(std::min<std::uint64_t>(body_left_, kMaxReserve));
  announce_continue_ = head_.expects_continue && state_ != State::complete;
}

bool RequestFramer::read_fixed_body() {
  if (move_to_body(body_left_) == 0) return false;
  if (body_left_ == 0) state_ = State::complete;
  return true;
}

bool RequestFramer::read_chunk_size() {
  const Line result = scan_line(kMaxChunkLine);
  if (result == Line::incomplete) return false;
  if (result != Line::complete) return fail(kBadChunk);

  const std::size_t digits_end = line_.find_first_of("; \t");
  const auto size = parse_hex(line_.substr(0, digits_end));
  if (!size) return fail(kBadChunk);
  if (digits_end != std::string_view::npos) {
    const std::string_view extension = trim(line_.substr(digits_end));
    chunk_overhead_ += line_.size() - digits_end;
    if (!extension.starts_with(';') || chunk_overhead_ > kMaxChunkOverhead) return fail(kBadChunk);
  }
  if (*size > limits_.max_body - head_.request.body.size()) return fail(kBodyTooLarge);
  body_left_ = *size;
  head_size_ = 0;
  state_ = *size > 0 ? State::chunk_data : State::trailers;
  return true;
}

bool RequestFramer::read_chunk_data() {
  if (move_to_body(body_left_) == 0) return false;
  if (body_left_ == 0) state_ = State::chunk_end;
  return true;
}

bool RequestFramer::read_chunk_end() {
  const Line result = scan_line(0);
  if (result == Line::incomplete) return false;
  if (result != Line::complete) return fail(kBadChunk);
  state_ = State::chunk_size;
  return true;
}

bool RequestFramer::read_trailer() {
  const std::size_t left = limits_.max_header - std::min(limits_.max_header, head_size_);
  switch (scan_line(left)) {
    case Line::incomplete:
      return false;
    case Line::bad_character:
      return fail(kBadCharacter);
    case Line::too_long:
      return fail(kHeadTooLarge);
    case Line::complete:
      break;
  }
  head_size_ += line_.size() + 2;
  if (line_.empty()) {
    state_ = State::complete;
    return true;
  }
  // Trailers are checked and dropped: nothing here has a use for them, and some are dangerous.
  if (++trailer_count_ > limits_.max_header_count) return fail(kHeadTooLarge);
  return split_header(line_).valid || fail(kBadHeader);
}

bool RequestFramer::fail(const ProtocolError& error) {
  state_ = State::failed;
  error_ = &error;
  discard();
  return false;
}

RequestFramer::Line RequestFramer::scan_line(std::size_t limit) {
  const std::size_t end = buffer_.size();
  while (scanned_ < end && !is_control(buffer_[scanned_])) {
    if (scanned_ - position_ == limit) return Line::too_long;
    ++scanned_;
  }
  if (scanned_ == end) return Line::incomplete;
  if (buffer_[scanned_] != '\r') return Line::bad_character;
  if (scanned_ + 1 == end) return Line::incomplete;
  if (buffer_[scanned_ + 1] != '\n') return Line::bad_character;
  line_ = std::string_view(buffer_).substr(position_, scanned_ - position_);
  scanned_ += 2;
  position_ = scanned_;
  return Line::complete;
}

std::size_t RequestFramer::move_to_body(std::uint64_t wanted) {
  const std::size_t count = std::min<std::uint64_t>(wanted, buffered());
  head_.request.body.append(buffer_, position_, count);
  position_ += count;
  scanned_ = position_;
  body_left_ -= count;
  return count;
}

void RequestFramer::release_consumed() {
  if (position_ == 0) return;
  if (position_ == buffer_.size()) {
    if (buffer_.capacity() > kKeptCapacity) {
      std::string().swap(buffer_);
    } else {
      buffer_.clear();
    }
  } else if (position_ >= kKeptCapacity) {
    buffer_.erase(0, position_);
  } else {
    return;
  }
  scanned_ -= position_;
  position_ = 0;
}

}  // namespace confab::http
