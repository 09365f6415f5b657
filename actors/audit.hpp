#pragma once

#include <optional>
#include <string>

#include "actors/messages/common.hpp"

// What the audit log says of an administrator's changes. Pure functions.

namespace confab::actors {

/// Begins the entry for a change that the caller is about to make; none if he makes it as everybody
/// may. `is_own`: what he changes is his.
std::optional<storage::AuditEntry> audit_entry(const Caller& caller, bool is_own,
                                               std::string action);

/// The entry for an administrator who is created by nobody with an account: `by` says how.
storage::AuditEntry creation_entry(const storage::User& admin, std::string by, std::string client);

/// The fields in which two states of an account differ, as JSON objects. Never a password: of that
/// neither says more than that it has changed.
struct AccountDifference {
  std::string before;
  std::string after;
  bool new_password = false;

  bool empty() const { return before == "{}" && !new_password; }
};
AccountDifference difference(const storage::User& before, const storage::User& after);

/// What is to be known of an account that goes.
std::string account_summary(const storage::User& user);

}  // namespace confab::actors
