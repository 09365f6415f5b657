#pragma once

#include <string>
#include <vector>

#include "storage/sql/session.hpp"
#include "storage/store.hpp"

namespace confab::storage {

/// Recounts what is kept redundantly and looks for what nothing refers to; see Store::check().
/// Works in one transaction. Throws soci::soci_error.
std::vector<Finding> check_database(Session& session, bool repair);

/// Gathers findings and mends what they tell of, if that is wished.
class Inspection {
 public:
  Inspection(Session& session, bool repair) : session_(session), repair_(repair) {}

  Session& session() { return session_; }
  bool repairs() const { return repair_; }

  void report(std::string text, bool repaired);
  std::vector<Finding> take_findings() { return std::move(findings_); }

 private:
  Session& session_;
  bool repair_;
  std::vector<Finding> findings_;
};

/// Counters, order, threads, orphans: whatever one query can find (check_rows.cpp).
void check_rows(Inspection& inspection);
/// Members' read sets (check_read_sets.cpp).
void check_read_sets(Inspection& inspection);
/// The index of words (check_words.cpp).
void check_words(Inspection& inspection);

}  // namespace confab::storage
