#pragma once

#include <string>
#include <vector>

#include "storage/sql/applier.hpp"
#include "storage/sql/postgres_sets.hpp"

namespace confab::storage {

/// Applies changes to PostgreSQL one by one.
class PostgresApplier final : public Applier {
 public:
  explicit PostgresApplier(Session& session) : Applier(session) {}

 protected:
  std::int64_t reserve_id(const char* table) override;
  std::int64_t last_inserted_id() override { return 0; }
  void insert_events(std::span<const Event> events) override;
  /// The words are part of the message's row and go with it.
  void index_message(ConversationId conversation, Seq seq, const std::string& content) override;
  void unindex_message(ConversationId, Seq, const std::string&) override {}
  void unindex_messages(ConversationId, const std::vector<Seq>&) override {}
  void unindex_conversation(ConversationId) override {}
  void count_messages(std::int64_t) override {}

  Result<Committed> on(const PostMessage& change, Memo& memo) override;
  Result<Committed> on(const SaveReadState& change, Memo& memo) override;

 private:
  template <class Set, class Change>
  Result<Committed> write(Set& set, const Change& change);

  PostSet posts_;
  ReadSet reads_;
  EventSet events_;
};

}  // namespace confab::storage
