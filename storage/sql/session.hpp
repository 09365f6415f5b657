#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>

#include "storage/sql/columns.hpp"
#include "storage/sql/dialect.hpp"
#include "storage/sql/soci.hpp"

namespace confab::storage {

/// Values for a statement whose shape is known only at run time, in the order of its parameters.
class Parameters {
 public:
  explicit Parameters(Dialect dialect) : dialect_(dialect) {}

  template <class T>
  void add(const T& value) {
    cells_.emplace_back(make_cell(value, dialect_));
  }

  /// The cells must stay where they are until the statement has run.
  void bind(soci::statement& statement) {
    for (auto& cell : cells_) {
      std::visit([&](auto& one) { statement.exchange(soci::use(one.value, one.indicator)); }, cell);
    }
  }

 private:
  Dialect dialect_;
  std::deque<std::variant<NumberCell, TextCell>> cells_;
};

/// One connection with its prepared statements. Not thread-safe. Errors of the database come as
/// soci::soci_error; to_error() (errors.hpp) makes values of them at the border of the layer.
///
/// Statements are string literals in the notation of dialect.hpp; they are prepared at first use
/// and found again by their address.
class Session {
 public:
  /// Connects. `parameters` is SOCI's connection string for the dialect.
  Session(Dialect dialect, const std::string& parameters);
  ~Session();

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Dialect dialect() const { return dialect_; }

  /// Runs a statement that gives no rows; returns how many it changed.
  template <class... Values>
  long long execute(std::string_view sql, const Values&... values) {
    long long changed = 0;
    with_statement(sql, [&](soci::statement& statement) {
      auto cells = std::make_tuple(make_cell(values, dialect_)...);
      bind_inputs(statement, cells);
      statement.define_and_bind();
      statement.execute(true);
      changed = statement.get_affected_rows();
    });
    return changed;
  }

  /// Runs a query and calls take(column…) for each row. `take` must not use the session.
  template <class... Columns, class Take, class... Values>
  void each(std::string_view sql, Take&& take, const Values&... values) {
    with_statement(sql, [&](soci::statement& statement) {
      auto inputs = std::make_tuple(make_cell(values, dialect_)...);
      bind_inputs(statement, inputs);
      fetch_all<Columns...>(statement, take);
    });
  }

  /// The same with values gathered at run time.
  template <class... Columns, class Take>
  void each_of(std::string_view sql, Parameters& parameters, Take&& take) {
    with_statement(sql, [&](soci::statement& statement) {
      parameters.bind(statement);
      fetch_all<Columns...>(statement, take);
    });
  }

  /// Runs a query that gives at most one row of one column.
  template <class T, class... Values>
  std::optional<T> value(std::string_view sql, const Values&... values) {
    std::optional<T> found;
    each<T>(
        sql, [&](T column) { found = std::move(column); }, values...);
    return found;
  }

  /// Runs text that may hold several statements and no parameters.
  void script(const std::string& sql);

  /// The drivers' own handles, for what SOCI cannot do. Owned by the session.
  sqlite_api::sqlite3* sqlite();
  PGconn* postgres();

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Statements =
      std::unordered_map<std::string, std::unique_ptr<soci::statement>, TextHash, std::equal_to<>>;

  soci::statement& prepared(std::string_view sql);
  void finish(soci::statement& statement);

  template <class Use>
  void with_statement(std::string_view sql, Use&& use) {
    soci::statement& statement = prepared(sql);
    try {
      use(statement);
    } catch (...) {
      // Its bindings point to values that are going.
      finish(statement);
      throw;
    }
    finish(statement);
  }

  template <class Cells>
  static void bind_inputs(soci::statement& statement, Cells& cells) {
    std::apply(
        [&](auto&... cell) { (statement.exchange(soci::use(cell.value, cell.indicator)), ...); },
        cells);
  }

  template <class Cells>
  static void bind_outputs(soci::statement& statement, Cells& cells) {
    std::apply(
        [&](auto&... cell) { (statement.exchange(soci::into(cell.value, cell.indicator)), ...); },
        cells);
  }

  template <class... Columns, class Take>
  void fetch_all(soci::statement& statement, Take& take) {
    std::tuple<typename Column<Columns>::Cell...> outputs;
    bind_outputs(statement, outputs);
    statement.define_and_bind();
    bool more = statement.execute(true);
    while (more) {
      give<Columns...>(take, outputs, std::index_sequence_for<Columns...>{});
      more = statement.fetch();
    }
  }

  template <class... Columns, class Take, class Cells, std::size_t... I>
  void give(Take& take, Cells& cells, std::index_sequence<I...>) {
    take(Column<Columns>::decode(std::move(std::get<I>(cells)), dialect_)...);
  }

  Dialect dialect_;
  soci::session session_;
  Statements statements_;  // after the session: must go before it
};

/// A read that sees one state of the database throughout, however many statements it takes.
class Snapshot {
 public:
  explicit Snapshot(Session& session);
  ~Snapshot();

  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Session& session_;
};

}  // namespace confab::storage
