#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/sql/errors.hpp"
#include "storage/sql/session.hpp"
#include "storage/store.hpp"

namespace confab::storage {

/// Reads through SOCI, in the same way from both databases. A subclass opens the connection and may
/// answer some reads by a shorter way.
class SqlReader : public Reader {
 public:
  Result<bool> ping() override;

  Result<User> user(const UserKey& key) override;
  Result<std::vector<User>> users(const std::vector<UserId>& ids) override;
  Result<Page<User>> users(const UserFilter& filter, PageRequest page) override;
  Result<std::vector<UserId>> hidden_users() override;

  Result<ConversationId> conversation_id(const Uuid& uuid) override;
  Result<ConversationSnapshot> conversation(ConversationId id, std::uint32_t newest) override;
  Result<std::vector<MembershipRow>> memberships(UserId user) override;
  Result<std::vector<ConversationId>> traces(UserId user) override;
  Result<Page<ConversationId>> conversations(const ConversationFilter& filter,
                                             PageRequest page) override;

  Result<std::vector<MessagePlace>> places(const std::vector<MessageId>& ids) override;
  Result<std::vector<MessagePlace>> places_created_with(const Uuid& id) override;
  Result<std::vector<Message>> messages(ConversationId conversation,
                                        const std::vector<Seq>& seqs) override;
  Result<Page<MessagePlace>> messages(const MessageFilter& filter, PageRequest page) override;
  Result<std::vector<ThreadNode>> thread(ConversationId conversation, Seq root) override;
  Result<std::vector<ThreadNode>> touched_by(ConversationId conversation, UserId user) override;
  Result<Page<Revision>> revisions(ConversationId conversation, Seq seq, PageRequest page) override;

  Result<Page<AuditRow>> audit(const AuditFilter& filter, PageRequest page) override;
  Result<Totals> totals() override;
  Result<Removal> removal(UserId user) override;

  Result<Login> login(const Uuid& id) override;
  Result<IdempotencyRecord> reply(UserId user, const std::string& key) override;
  Result<std::vector<ReplyKey>> replies_naming(UserId user, std::uint32_t limit) override;

  Result<LogBounds> log_bounds() override;
  Result<MissedEvents> missed_events(UserId user, EventPlace after, std::uint32_t limit) override;
  Result<LogTail> log_tail(const TailQuery& query) override;

 protected:
  explicit SqlReader(Dialect dialect) : dialect_(dialect) {}

  /// Opens a connection; throws soci::soci_error.
  virtual std::unique_ptr<Session> connect() = 0;

  /// Calls f(Session&) → Result<T>; after a lost connection once more on a new one.
  template <class F>
  auto reading(F&& f) -> decltype(f(std::declval<Session&>())) {
    for (int attempt = 0;; ++attempt) {
      try {
        if (session_ == nullptr) session_ = connect();
        return f(*session_);
      } catch (const soci::soci_error& error) {
        const bool lost = session_ == nullptr || is_connection_lost(error);
        if (lost) session_.reset();
        if (!lost) return to_error(error);
        if (attempt > 0) return fail(ErrorCode::storage_unavailable, error.get_error_message());
      }
    }
  }

  Dialect dialect() const { return dialect_; }

 private:
  Dialect dialect_;
  std::unique_ptr<Session> session_;
};

}  // namespace confab::storage
