#pragma once

#include <string>

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include "tests/storage/databases.hpp"

namespace confab::storage::test {

/// A connection to PostgreSQL of the test's own, for a transaction that stays open.
class SlowTransaction {
 public:
  explicit SlowTransaction(const PostgresAddress& address)
      : connection_(PQsetdbLogin(address.host.c_str(), address.port.c_str(), nullptr, nullptr,
                                 address.name.c_str(), address.user.c_str(),
                                 address.password.c_str())) {}
  ~SlowTransaction() { PQfinish(connection_); }
  SlowTransaction(const SlowTransaction&) = delete;
  SlowTransaction& operator=(const SlowTransaction&) = delete;

  void run(const std::string& sql) {
    PGresult* result = PQexec(connection_, sql.c_str());
    EXPECT_EQ(PQresultStatus(result), PGRES_COMMAND_OK) << PQerrorMessage(connection_);
    PQclear(result);
  }

 private:
  PGconn* connection_;
};

}  // namespace confab::storage::test
