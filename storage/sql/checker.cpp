#include "storage/sql/checker.hpp"

#include <utility>

namespace confab::storage {

void Inspection::report(std::string text, bool repaired) {
  findings_.push_back({std::move(text), repaired});
}

std::vector<Finding> check_database(Session& session, bool repair) {
  session.script(session.dialect() == Dialect::sqlite ? "BEGIN IMMEDIATE" : "BEGIN");
  try {
    Inspection inspection(session, repair);
    check_rows(inspection);
    check_read_sets(inspection);
    check_words(inspection);
    session.script(repair ? "COMMIT" : "ROLLBACK");
    return inspection.take_findings();
  } catch (const soci::soci_error&) {
    try {
      session.script("ROLLBACK");
    } catch (const soci::soci_error&) {
      // The first error says what is wrong.
    }
    throw;
  }
}

}  // namespace confab::storage
