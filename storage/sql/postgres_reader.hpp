#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "storage/sql/postgres_connection.hpp"
#include "storage/sql/postgres_pipeline.hpp"
#include "storage/sql/reader.hpp"

namespace confab::storage {

/// Reads from PostgreSQL; what actors ask for most goes past SOCI, in one round trip each.
class PostgresReader final : public SqlReader {
 public:
  explicit PostgresReader(PostgresAddress address);

  Result<ConversationSnapshot> conversation(ConversationId id, std::uint32_t newest) override;
  Result<std::vector<MembershipRow>> memberships(UserId user) override;
  Result<std::vector<MessagePlace>> places(const std::vector<MessageId>& ids) override;
  Result<std::vector<Message>> messages(ConversationId conversation,
                                        const std::vector<Seq>& seqs) override;
  using SqlReader::messages;

 protected:
  std::unique_ptr<Session> connect() override;

 private:
  using Clock = std::chrono::steady_clock;

  PostgresAddress address_;
  Clock::time_point hopeless_until_;  ///< the database has just not been reached
};

}  // namespace confab::storage
