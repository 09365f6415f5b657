#pragma once

#include <memory>
#include <string>

#include "storage/store.hpp"

namespace confab::storage::test {

enum class Kind { sqlite, postgres };

/// An empty database of its own for one test; gone with the object.
class Database {
 public:
  virtual ~Database() = default;

  /// A store on it. For SQLite at most one at a time.
  virtual Result<std::unique_ptr<Store>> open() = 0;

  /// Runs statements behind the store's back (foreign keys are not minded).
  virtual void run(const std::string& sql) = 0;

  /// The first column of the first row, as text; empty if there is none.
  virtual std::string value(const std::string& sql) = 0;
};

std::unique_ptr<Database> make_database(Kind kind);

/// How a PostgreSQL database is reached.
const PostgresAddress& address_of(const Database& database);

}  // namespace confab::storage::test
