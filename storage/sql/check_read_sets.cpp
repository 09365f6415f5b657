#include <optional>
#include <string>

#include <fmt/format.h>

#include "storage/sql/checker.hpp"

namespace confab::storage {

namespace {

struct StoredSets {
  ConversationId conversation;
  UserId user;
  bool has_left;
  Seq last_seq;
  std::string read, dismissed;
};

std::vector<StoredSets> select_sets(Session& session) {
  std::vector<StoredSets> rows;
  session.each<ConversationId, UserId, bool, Seq, Bytes, Bytes>(
      "SELECT m.conversation_id, m.user_id, m.has_left, c.last_seq, m.read_set, m.dismissed_set "
      "FROM members m JOIN conversations c ON c.id = m.conversation_id ORDER BY 1, 2",
      [&](ConversationId conversation, UserId user, bool has_left, Seq last_seq, Bytes read,
          Bytes dismissed) {
        rows.push_back({conversation, user, has_left, last_seq, std::move(read.value),
                        std::move(dismissed.value)});
      });
  return rows;
}

/// What a set should be, and why it is not; nothing if it is right.
struct Correction {
  SeqSet set;
  std::string_view reason;
};

std::optional<Correction> correct(const std::string& bytes, const StoredSets& row) {
  auto set = SeqSet::parse(bytes);
  if (!set) return Correction{{}, "is damaged"};
  if (row.has_left && !set->empty()) return Correction{{}, "is kept although the member has left"};
  const SeqSet possible = *set & SeqSet::up_to(row.last_seq);
  if (possible == *set) return std::nullopt;
  return Correction{possible, "holds places that were never given out"};
}

void store(Session& session, const StoredSets& row, std::string_view column, const SeqSet& set) {
  const std::string sql = "UPDATE members SET " + std::string(column) +
                          " = {bytes :set} WHERE conversation_id = :conversation_id "
                          "AND user_id = :user_id";
  session.execute(sql, set, row.conversation, row.user);
}

void check_set(Inspection& inspection, const StoredSets& row, const std::string& bytes,
               std::string_view column, std::string_view name) {
  const auto correction = correct(bytes, row);
  if (!correction) return;
  if (inspection.repairs()) store(inspection.session(), row, column, correction->set);
  inspection.report(fmt::format("the set of {} messages of user {} in conversation {} {}", name,
                                row.user.value, row.conversation.value, correction->reason),
                    inspection.repairs());
}

}  // namespace

void check_read_sets(Inspection& inspection) {
  for (const StoredSets& row : select_sets(inspection.session())) {
    check_set(inspection, row, row.read, "read_set", "read");
    check_set(inspection, row, row.dismissed, "dismissed_set", "dismissed");
  }
}

}  // namespace confab::storage
