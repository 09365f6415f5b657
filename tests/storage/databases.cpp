#include "tests/storage/databases.hpp"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>

#include <libpq-fe.h>
#include <sqlite3.h>
#include <unistd.h>

namespace confab::storage::test {

namespace {

namespace fs = std::filesystem;

fs::path make_temporary_directory() {
  std::string name = (fs::temp_directory_path() / "confab-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  return name;
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase() : directory_(make_temporary_directory()) {}
  ~SqliteDatabase() override { fs::remove_all(directory_); }

  Result<std::unique_ptr<Store>> open() override { return open_sqlite(path()); }

  void run(const std::string& sql) override { value(sql); }

  std::string value(const std::string& sql) override {
    sqlite3* connection = nullptr;
    sqlite3_open(path().c_str(), &connection);
    sqlite3_busy_timeout(connection, 60'000);
    std::string first;
    const auto take = [](void* out, int, char** columns, char**) {
      auto& text = *static_cast<std::string*>(out);
      if (text.empty() && columns[0] != nullptr) text = columns[0];
      return 0;
    };
    const int result = sqlite3_exec(connection, sql.c_str(), take, &first, nullptr);
    const std::string message = sqlite3_errmsg(connection);
    sqlite3_close(connection);
    if (result != SQLITE_OK) throw std::runtime_error(sql + ": " + message);
    return first;
  }

 private:
  std::string path() const { return directory_ / "confab db.sqlite"; }

  fs::path directory_;
};

void check_command(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

/// The server named by CONFAB_TEST_PG, or a private one for this process.
class PostgresServer {
 public:
  static PostgresServer& instance() {
    static PostgresServer server;
    return server;
  }

  const PostgresAddress& address() const { return address_; }

  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

 private:
  PostgresServer() {
    if (const char* given = std::getenv("CONFAB_TEST_PG")) {
      parse(given);
    } else {
      start();
    }
  }

  ~PostgresServer() {
    if (directory_.empty()) return;
    // Whatever is left of a failed stop lies in the temporary directory.
    std::ignore = std::system(as_owner("pg_ctl -D '" + data() + "' -m immediate stop").c_str());
    fs::remove_all(directory_);
  }

  void parse(const char* text) {
    PQconninfoOption* options = PQconninfoParse(text, nullptr);
    if (options == nullptr) throw std::runtime_error("CONFAB_TEST_PG is no connection string");
    for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option) {
      if (option->val == nullptr) continue;
      const std::string keyword = option->keyword;
      if (keyword == "dbname") address_.name = option->val;
      if (keyword == "user") address_.user = option->val;
      if (keyword == "password") address_.password = option->val;
      if (keyword == "host") address_.host = option->val;
      if (keyword == "port") address_.port = option->val;
    }
    PQconninfoFree(options);
  }

  void start() {
    directory_ = make_temporary_directory();
    if (geteuid() == 0) check_command("chown postgres '" + directory_.string() + "'");
    check_command(as_owner("initdb -D '" + data() + "' -U postgres -A trust -E UTF8 " +
                           "--locale=C.UTF-8 --no-sync"));
    check_command(as_owner("pg_ctl -D '" + data() + "' -w -l '" + directory_.string() +
                           "/log' -o \"-k '" + directory_.string() +
                           "' -h '' -c fsync=off -c autovacuum=off -c max_connections=50\" start"));
    address_ = {"postgres", "postgres", "", directory_.string(), ""};
  }

  /// PostgreSQL refuses to run as root.
  static std::string as_owner(const std::string& command) {
    const std::string full = "/usr/lib/postgresql/15/bin/" + command + " >/dev/null";
    if (geteuid() != 0) return full;
    return "cd / && runuser -u postgres -- " + full;
  }

  std::string data() const { return (directory_ / "data").string(); }

  fs::path directory_;
  PostgresAddress address_;
};

std::string conninfo(const PostgresAddress& address) {
  std::string text;
  const auto add = [&](const char* keyword, const std::string& value) {
    if (!value.empty()) text += std::string(keyword) + "='" + value + "' ";
  };
  add("dbname", address.name);
  add("user", address.user);
  add("password", address.password);
  add("host", address.host);
  add("port", address.port);
  return text;
}

std::string postgres_value(const PostgresAddress& address, const std::string& sql) {
  PGconn* connection = PQconnectdb(conninfo(address).c_str());
  PGresult* result = PQexec(connection, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  std::string first;
  if (status == PGRES_TUPLES_OK && PQntuples(result) > 0) first = PQgetvalue(result, 0, 0);
  const std::string message = PQerrorMessage(connection);
  PQclear(result);
  PQfinish(connection);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(sql + ": " + message);
  }
  return first;
}

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase() : address_(PostgresServer::instance().address()) {
    static std::atomic<int> counter{0};
    address_.name = "confab_test_" + std::to_string(getpid()) + "_" + std::to_string(++counter);
    // Nobody is ever connected to template0, which would hold this up.
    postgres_value(PostgresServer::instance().address(),
                   "CREATE DATABASE " + address_.name + " TEMPLATE template0");
  }

  ~PostgresDatabase() override {
    try {
      postgres_value(PostgresServer::instance().address(),
                     "DROP DATABASE " + address_.name + " WITH (FORCE)");
    } catch (const std::runtime_error& error) {
      // What is left goes with the server, which is a temporary one.
      std::cerr << error.what() << '\n';
    }
  }

  Result<std::unique_ptr<Store>> open() override { return open_postgres(address_); }

  void run(const std::string& sql) override { value(sql); }

  std::string value(const std::string& sql) override { return postgres_value(address_, sql); }

  const PostgresAddress& address() const { return address_; }

 private:
  PostgresAddress address_;
};

}  // namespace

std::unique_ptr<Database> make_database(Kind kind) {
  if (kind == Kind::sqlite) return std::make_unique<SqliteDatabase>();
  return std::make_unique<PostgresDatabase>();
}

const PostgresAddress& address_of(const Database& database) {
  return dynamic_cast<const PostgresDatabase&>(database).address();
}

}  // namespace confab::storage::test
