#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <roaring/roaring.hh>

#include "storage/model/ids.hpp"

namespace confab::storage {

/// A set of message places within one conversation, as a compressed bitmap (CRoaring): what
/// everybody has read is one run of a few bytes, whatever its length. A plain value; not
/// thread-safe.
class SeqSet {
 public:
  SeqSet() = default;

  /// 1 … last.
  static SeqSet up_to(Seq last);

  /// From bytes(); empty optional if they are damaged.
  static std::optional<SeqSet> parse(std::string_view bytes);

  /// A compact, portable form; the empty set gives the empty string.
  std::string bytes() const;

  void add(Seq seq) { set_.add(seq.value); }
  void remove(Seq seq) { set_.remove(seq.value); }
  bool contains(Seq seq) const { return set_.contains(seq.value); }
  bool empty() const { return set_.isEmpty(); }
  std::uint64_t size() const { return set_.cardinality(); }

  /// The largest member; Seq{0} if empty.
  Seq max() const { return empty() ? Seq{} : Seq{set_.maximum()}; }

  /// How many members are ≤ seq.
  std::uint64_t rank(Seq seq) const { return set_.rank(seq.value); }

  /// The members newest first, skipping `offset` of them, at most `limit`. Cost does not depend on
  /// the offset beyond a search.
  std::vector<Seq> newest(std::uint64_t offset, std::size_t limit) const;

  /// The members below `before`, newest first, at most `limit`.
  std::vector<Seq> newest_before(Seq before, std::size_t limit) const;

  /// The members of after + 1 … last, oldest first. Cost grows with what is given.
  std::vector<Seq> between(Seq after, Seq last) const;

  /// All members, oldest first.
  std::vector<Seq> to_vector() const;

  SeqSet& operator|=(const SeqSet& other);
  SeqSet& operator&=(const SeqSet& other);
  SeqSet& operator-=(const SeqSet& other);

  /// Removes 1 … last.
  void remove_up_to(Seq last);

  /// Folds runs together; worth it before keeping or storing a set.
  void compact() {
    set_.runOptimize();
    set_.shrinkToFit();
  }

  /// How many members both sets have, without building the intersection.
  std::uint64_t shared_with(const SeqSet& other) const { return set_.and_cardinality(other.set_); }

  friend bool operator==(const SeqSet& a, const SeqSet& b) { return a.set_ == b.set_; }

 private:
  Roaring set_;
};

inline SeqSet operator-(SeqSet a, const SeqSet& b) { return a -= b; }
inline SeqSet operator&(SeqSet a, const SeqSet& b) { return a &= b; }
inline SeqSet operator|(SeqSet a, const SeqSet& b) { return a |= b; }

}  // namespace confab::storage
