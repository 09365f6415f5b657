#include "storage/model/seq_set.hpp"

#include <algorithm>
#include <stdexcept>

namespace confab::storage {

namespace {

constexpr std::size_t kChecksumBytes = 4;

/// FNV-1a: finds damage, so that a broken bitmap is never given to the decoder.
std::uint32_t checksum(std::string_view bytes) {
  std::uint32_t hash = 2166136261U;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<std::uint8_t>(byte)) * 16777619U;
  }
  return hash;
}

void append_little_endian(std::string& out, std::uint32_t value) {
  for (std::size_t i = 0; i < kChecksumBytes; ++i) {
    out += static_cast<char>(value & 0xff);
    value >>= 8;
  }
}

/// The members from the iterator's position down, at most `limit`.
std::vector<Seq> walk_down(roaring_uint32_iterator_t& at, std::size_t limit) {
  std::vector<Seq> members;
  while (at.has_value && members.size() < limit) {
    members.push_back(Seq{at.current_value});
    roaring_previous_uint32_iterator(&at);
  }
  return members;
}

}  // namespace

SeqSet SeqSet::up_to(Seq last) {
  SeqSet set;
  if (last) set.set_.addRange(1, std::uint64_t{last.value} + 1);
  return set;
}

std::optional<SeqSet> SeqSet::parse(std::string_view bytes) {
  SeqSet set;
  if (bytes.empty()) return set;
  if (bytes.size() <= kChecksumBytes) return std::nullopt;
  const std::string_view body = bytes.substr(kChecksumBytes);
  std::string expected;
  append_little_endian(expected, checksum(body));
  if (bytes.substr(0, kChecksumBytes) != expected) return std::nullopt;
  try {
    set.set_ = Roaring::readSafe(body.data(), body.size());
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
  if (set.set_.getSizeInBytes() != body.size()) return std::nullopt;
  return set;
}

std::string SeqSet::bytes() const {
  if (empty()) return {};
  Roaring folded = set_;
  folded.runOptimize();
  std::string body(folded.getSizeInBytes(), '\0');
  folded.write(body.data());
  std::string out;
  out.reserve(kChecksumBytes + body.size());
  append_little_endian(out, checksum(body));
  return out += body;
}

std::vector<Seq> SeqSet::newest(std::uint64_t offset, std::size_t limit) const {
  const std::uint64_t count = size();
  if (offset >= count) return {};
  std::uint32_t first = 0;
  set_.select(static_cast<std::uint32_t>(count - 1 - offset), &first);
  roaring_uint32_iterator_t at;
  roaring_init_iterator(&set_.roaring, &at);
  roaring_move_uint32_iterator_equalorlarger(&at, first);
  return walk_down(at, limit);
}

std::vector<Seq> SeqSet::newest_before(Seq before, std::size_t limit) const {
  if (!before) return {};
  const std::uint64_t below = set_.rank(before.value - 1);
  return newest(size() - below, limit);
}

std::vector<Seq> SeqSet::between(Seq after, Seq last) const {
  if (last <= after) return {};
  std::vector<Seq> members = newest_before(Seq{last.value + 1}, last.value - after.value);
  std::erase_if(members, [after](Seq seq) { return seq <= after; });
  std::reverse(members.begin(), members.end());
  return members;
}

std::vector<Seq> SeqSet::to_vector() const {
  std::vector<std::uint32_t> values(size());
  set_.toUint32Array(values.data());
  std::vector<Seq> members(values.size());
  std::transform(values.begin(), values.end(), members.begin(),
                 [](std::uint32_t value) { return Seq{value}; });
  return members;
}

SeqSet& SeqSet::operator|=(const SeqSet& other) {
  set_ |= other.set_;
  return *this;
}

SeqSet& SeqSet::operator&=(const SeqSet& other) {
  set_ &= other.set_;
  return *this;
}

SeqSet& SeqSet::operator-=(const SeqSet& other) {
  set_ -= other.set_;
  return *this;
}

void SeqSet::remove_up_to(Seq last) {
  if (last) *this -= up_to(last);
}

}  // namespace confab::storage
