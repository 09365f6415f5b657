#pragma once

#include <optional>
#include <string>

#include "actors/messages/common.hpp"

// What the authenticator can be asked.

namespace confab::actors {

/// Registers an account. Fails with username_taken, email_taken.
struct RegisterUser {
  using Reply = ResourceView;
  std::string username;
  std::string email;
  std::string password;  ///< checked against the rules already
  std::string first_name;
  std::string last_name;
  std::string phone_number;
  Role role = Role::guest;
  std::optional<RetryKey> retry;
};

/// A new login's tokens.
struct TokenPair {
  std::string access;
  std::string refresh;
};

/// Fails with bad_credentials (same text and time whether or not the account exists) or throttled
/// (detail: seconds to wait).
struct LogIn {
  using Reply = TokenPair;
  std::string name;  ///< username or email
  std::string password;
  std::string peer;  ///< the client's address, for the throttle
};

/// A browser session.
struct SessionStarted {
  Uuid session;
  UserId user;
  std::string csrf_token;
  Timestamp expires_at;
};

/// The same for a browser.
struct StartSession {
  using Reply = SessionStarted;
  std::string name;
  std::string password;
  std::string peer;
};

/// Trades a refresh token for the next pair. A used one ends its whole family: token_blacklisted;
/// anything else that is wrong: token_invalid.
struct RefreshTokens {
  using Reply = TokenPair;
  std::string refresh;
};

/// Ends the login that a refresh token belongs to (logout). Fails with token_invalid.
struct EndLoginOf {
  using Reply = Done;
  std::string refresh;
};

/// Ends a browser session. What is none is left alone, without a word.
struct EndSession {
  using Reply = Done;
  Uuid session;
};

/// Whether a token of either kind is valid: token_invalid if not.
struct VerifyToken {
  using Reply = Done;
  std::string token;
};

/// Changes the caller's password and ends every token and session. Fails with wrong_password.
struct ChangePassword {
  using Reply = Done;
  Caller caller;
  std::string old_password;
  std::string new_password;  ///< checked against the rules already
};

/// Gives another user a new password (an admin: not_allowed for anybody else) and ends every token
/// and session of his. Fails with not_found.
struct SetPassword {
  using Reply = Done;
  Caller caller;
  UserId user;
  std::string new_password;  ///< checked against the rules already
};

/// Creates the first administrator for whoever has the one-time link: not_allowed if the token is
/// wrong or over, or there is an administrator already. Fails with username_taken, email_taken,
/// throttled.
struct CreateFirstAdmin {
  using Reply = ResourceView;
  std::string token;
  std::string username;
  std::string email;
  std::string password;  ///< checked against the rules already
  std::string peer;      ///< the client's address, for the throttle and the audit log
};

/// The secret of a new one-time link.
struct SetupToken {
  std::string token;
};

/// Makes a one-time link, unless there is an administrator: not_allowed.
struct OfferSetup {
  using Reply = SetupToken;
};

}  // namespace confab::actors
