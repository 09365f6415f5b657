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

  /// Call around each transaction. before_commit() stores the last position given out, and how many
  /// messages there are.
  void begun() {
    committed_position_ = last_position_;
    more_messages_ = 0;
  }
  void before_commit();
  void rolled_back() { last_position_ = committed_position_; }

  /// Messages that the transaction has added so far, less those that it has removed. To be put back
  /// when a change is undone.
  std::int64_t more_messages() const { return more_messages_; }
  void set_more_messages(std::int64_t more) { more_messages_ = more; }

 protected:
  std::int64_t reserve_id(const char* table) override;
  std::int64_t last_inserted_id() override;
  void insert_events(std::span<const Event> events) override;
  void index_message(ConversationId conversation, Seq seq, const std::string& content) override;
  void unindex_message(ConversationId conversation, Seq seq, const std::string& content) override;
  void unindex_messages(ConversationId conversation, const std::vector<Seq>& seqs) override;
  void unindex_conversation(ConversationId conversation) override;
  void count_messages(std::int64_t more) override { more_messages_ += more; }

  Result<Committed> on(const PostMessage& change, Memo& memo) override;

 private:
  void insert_words(ConversationId conversation, Seq seq, std::string_view words);

  std::int64_t last_position_ = 0;
  std::int64_t committed_position_ = 0;
  std::int64_t more_messages_ = 0;

  SqliteStatement insert_event_;
  SqliteStatement insert_message_;
  SqliteStatement append_to_conversation_;
  SqliteStatement count_reply_;
  SqliteStatement insert_words_;
  SqliteStatement delete_words_;
  SqliteStatement save_position_;
  SqliteStatement save_count_;
};

}  // namespace confab::storage
