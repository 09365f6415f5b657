#include <utility>

#include "storage/sql/checker.hpp"
#include "storage/sql/migrations.hpp"
#include "storage/sql/postgres_cluster.hpp"
#include "storage/sql/postgres_connection.hpp"
#include "storage/sql/postgres_reader.hpp"
#include "storage/sql/postgres_writer.hpp"
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

class PostgresStore final : public Store {
 public:
  explicit PostgresStore(PostgresAddress address) : address_(std::move(address)) {}

  Result<int> migrate() override {
    return connecting([&]() -> Result<int> {
      return apply_migrations(*connect_postgres(address_, PostgresRole::maintenance),
                              all_migrations());
    });
  }

  Result<std::unique_ptr<Reader>> open_reader() override {
    auto reader = std::make_unique<PostgresReader>(address_);
    BOOST_OUTCOME_TRYV(reader->ping());
    return std::unique_ptr<Reader>(std::move(reader));
  }

  Result<std::unique_ptr<Writer>> open_writer(NodeId owner) override {
    return connecting([&]() -> Result<std::unique_ptr<Writer>> {
      return std::unique_ptr<Writer>(std::make_unique<PostgresWriter>(address_, owner));
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
};

}  // namespace

Result<std::unique_ptr<Store>> open_postgres(const PostgresAddress& address) {
  return connecting([&]() -> Result<std::unique_ptr<Store>> {
    connect_postgres(address, PostgresRole::maintenance);
    return std::unique_ptr<Store>(std::make_unique<PostgresStore>(address));
  });
}

}  // namespace confab::storage
