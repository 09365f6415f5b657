#pragma once

#include <string>
#include <vector>

#include "storage/sql/applier.hpp"
#include "storage/sql/sqlite_statement.hpp"

namespace confab::storage {

/// Applies changes to SQLite. Gives events their positions: there is one writer.
class SqliteApplier final : public Applier {
 public:
  explicit SqliteApplier(Session& session);

  /// Call around each transaction. before_commit() stores the last position given out.
  void begun() { committed_position_ = last_position_; }
  void before_commit();
  void rolled_back() { last_position_ = committed_position_; }

 protected:
  std::int64_t reserve_id(const char* table) override;
  std::int64_t last_inserted_id() override;
  void insert_events(std::span<const Event> events) override;
  void index_message(ConversationId conversation, Seq seq, const std::string& content) override;
  void unindex_message(ConversationId conversation, Seq seq, const std::string& content) override;
  void unindex_messages(ConversationId conversation, const std::vector<Seq>& seqs) override;
  void unindex_conversation(ConversationId conversation) override;

  Result<Committed> on(const PostMessage& change, Memo& memo) override;

 private:
  std::int64_t last_position_ = 0;
  std::int64_t committed_position_ = 0;

  SqliteStatement insert_event_;
  SqliteStatement insert_message_;
  SqliteStatement append_to_conversation_;
  SqliteStatement count_reply_;
  SqliteStatement insert_words_;
  SqliteStatement delete_words_;
  SqliteStatement save_position_;
};

}  // namespace confab::storage
