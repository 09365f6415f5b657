#include <chrono>
#include <utility>

#include "storage/sql/checker.hpp"
#include "storage/sql/migrations.hpp"
#include "storage/sql/postgres_cluster.hpp"
#include "storage/sql/postgres_connection.hpp"
#include "storage/sql/postgres_reader.hpp"
#include "storage/sql/postgres_writer.hpp"
#include "storage/sql/tsvector.hpp"
#include "storage/sql/upkeep.hpp"
#include "storage/store.hpp"

namespace confab::storage {

namespace {

/// A failed connect comes without a code.
template <class F>
auto connecting(F&& f) -> decltype(f()) {
  auto result = guarded(f);
  if (!result && result.error().code == ErrorCode::internal &&
      result.error().detail.find("connection") != std::string::npos) {
    return fail(ErrorCode::storage_unavailable, result.error().detail);
  }
  return result;
}

/// A copy of a database that was restored into another server holds events of transactions which
/// that server has yet to come to: among them, new events would not stand at the end.
void give_up_foreign_log(Session& session) {
  session.script(
      "WITH foreign_log AS (SELECT 1 FROM events "
      "WHERE txid >= pg_snapshot_xmax(pg_current_snapshot()) LIMIT 1), "
      "emptied AS (DELETE FROM events WHERE EXISTS (SELECT 1 FROM foreign_log)) "
      "UPDATE counters SET value = CASE name WHEN 'log_generation' THEN value + 1 ELSE 0 END "
      "WHERE name IN ('log_generation', 'events_purged', 'events_purged_txid') "
      "AND EXISTS (SELECT 1 FROM foreign_log)");
}

constexpr std::chrono::milliseconds kWordsPause{2000};

/// Sorts words into the index that posts have put on its list of pending ones: the more at a time,
/// the less each costs, and no commit has to stop for it. Thread-compatible.
class WordSorter {
 public:
  explicit WordSorter(PostgresAddress address) : address_(std::move(address)) {}

  /// A failure leaves the list as it is; searches look through it too, and PostgreSQL sorts it in
  /// by itself when it grows too long.
  void sort() {
    try {
      if (session_ == nullptr) session_ = connect_postgres(address_, PostgresRole::maintenance);
      session_->script("SELECT gin_clean_pending_list('messages_words')");
    } catch (const soci::soci_error&) {
      session_.reset();
    }
  }

 private:
  PostgresAddress address_;
  std::unique_ptr<Session> session_;
};

class PostgresStore final : public Store {
 public:
  explicit PostgresStore(PostgresAddress address)
      : address_(std::move(address)),
        words_(address_),
        sorting_(kWordsPause, [this] { words_.sort(); }) {}

  Result<int> migrate() override {
    return connecting([&]() -> Result<int> {
      const auto session = connect_postgres(address_, PostgresRole::maintenance);
      BOOST_OUTCOME_TRY(applied, apply_migrations(*session, all_migrations()));
      give_up_foreign_log(*session);
      return applied;
    });
  }

  void prepare(Change& change) const override {
    auto* post = std::get_if<PostMessage>(&change);
    if (post != nullptr) post->words = to_tsvector(post->message.content);
  }

  Result<std::unique_ptr<Reader>> open_reader() override {
    auto reader = std::make_unique<PostgresReader>(address_);
    BOOST_OUTCOME_TRYV(reader->ping());
    return std::unique_ptr<Reader>(std::move(reader));
  }

  Result<std::unique_ptr<Writer>> open_writer(NodeId owner) override {
    return connecting([&]() -> Result<std::unique_ptr<Writer>> {
      return std::unique_ptr<Writer>(std::make_unique<PostgresWriter>(
          address_, [this] { sorting_.something_written(); }, owner));
    });
  }

  Result<std::unique_ptr<ClusterStore>> open_cluster() override {
    return std::unique_ptr<ClusterStore>(std::make_unique<PostgresCluster>(address_));
  }

  Result<std::vector<Finding>> check(bool repair) override {
    return connecting([&]() -> Result<std::vector<Finding>> {
      return check_database(*connect_postgres(address_, PostgresRole::maintenance), repair);
    });
  }

 private:
  PostgresAddress address_;
  WordSorter words_;  // the upkeep thread's
  Upkeep sorting_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_postgres(const PostgresAddress& address) {
  return connecting([&]() -> Result<std::unique_ptr<Store>> {
    connect_postgres(address, PostgresRole::maintenance);
    return std::unique_ptr<Store>(std::make_unique<PostgresStore>(address));
  });
}

}  // namespace confab::storage
