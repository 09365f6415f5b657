#include <utility>

#include "actors/node_impl.hpp"

// Who may come in.

namespace confab::actors {

namespace {

/// What an account and one of its logins look like in the database.
struct StoredAccess {
  AccountAccess account;
  LoginAccess login;
};

Result<StoredAccess> read_access(storage::Reader& reader, UserId user, const Uuid& login_id) {
  auto account = reader.user(storage::UserKey{user});
  if (!account.has_value()) {
    bool missing = account.error().code == ErrorCode::not_found;
    if (missing) return fail(ErrorCode::token_invalid, "user_not_found");
    return account.error();
  }
  auto login = reader.login(login_id);
  if (!login.has_value()) {
    bool missing = login.error().code == ErrorCode::not_found;
    if (missing) return fail(ErrorCode::token_invalid);
    return login.error();
  }
  const storage::User& row = account.value();
  storage::Login& known = login.value();
  return StoredAccess{
      {row.role, row.is_active, row.access_epoch},
      {known.user, known.access_epoch, known.expires_at, std::move(known.csrf_token)}};
}

/// A session says of its login what a token says of its own.
Claims session_claims(const Uuid& session, UserId user, std::int64_t epoch, Timestamp expires_at) {
  Claims claims;
  claims.user = user;
  claims.login = session;
  claims.epoch = epoch;
  claims.expires_at = expires_at;
  return claims;
}

}  // namespace

bool Node::Impl::is_behind(const Claims& claims) const {
  const auto account = access.account(claims.user);
  return account && account->epoch < claims.epoch;
}

bool Node::Impl::knows(UserId user, const Uuid& login) const {
  bool account_known = access.account(user).has_value() || access.is_gone(user);
  return account_known && (access.login(login).has_value() || access.has_ended(login));
}

Result<Principal> Node::Impl::admit(const Claims& claims) {
  const UserId user = claims.user;
  auto account = access.account(user);
  if (!account) return fail(ErrorCode::token_invalid, "user_not_found");
  if (!account->is_active) return fail(ErrorCode::token_invalid, "user_inactive");
  auto login = access.login(claims.login);
  if (!login || login->user != user || claims.epoch != account->epoch) {
    return fail(ErrorCode::token_invalid);
  }
  note_activity(user);
  return Principal{{user, account->role},
                   claims.login,
                   std::move(login->csrf_token),
                   claims.epoch,
                   claims.expires_at};
}

void Node::Impl::note_activity(UserId user) {
  Timestamp now = storage::now();
  if (!presence.touch(user, now)) return;
  persistence->commit(storage::TouchUser{user, now}, [](const Result<storage::Committed>&) {});
}

void Node::Impl::load_access(const Claims& claims, Answer<Principal> answer) {
  persistence->read<StoredAccess>(
      [user = claims.user, login = claims.login](storage::Reader& reader) {
        return read_access(reader, user, login);
      },
      [this, claims, answer = std::move(answer)](Result<StoredAccess> stored) {
        if (!stored.has_value()) return answer.deliver(stored.error());
        access.put(claims.user, stored.value().account);
        access.put(claims.login, std::move(stored.value().login));
        answer.deliver(admit(claims));
      });
}

Result<Claims> Node::Impl::verify(const std::string& bearer_token) {
  Timestamp now = storage::now();
  if (auto known = verified.find(bearer_token, now)) return *known;
  BOOST_OUTCOME_TRY(claims, tokens.verify(bearer_token, TokenType::access, now));
  verified.put(bearer_token, claims);
  return claims;
}

void Node::authenticate(const std::string& bearer_token, Callback<Principal> callback) {
  if (!impl_->may_decide()) return callback(fail(ErrorCode::overloaded));
  auto claims = impl_->verify(bearer_token);
  if (!claims.has_value()) return callback(claims.error());
  const Claims& known = claims.value();
  if (impl_->knows(known.user, known.login) && !impl_->is_behind(known)) {
    return callback(impl_->admit(known));
  }
  impl_->load_access(known, Answer<Principal>(std::move(callback)));
}

void Node::authenticate_session(const Uuid& session, Callback<Principal> callback) {
  if (!impl_->may_decide()) return callback(fail(ErrorCode::overloaded));
  auto login = impl_->access.login(session);
  // The id of a token's login is no secret (it stands in the token): only a browser session counts.
  if (login && login->csrf_token.empty()) return callback(fail(ErrorCode::token_invalid));
  if (login && login->expires_at <= storage::now()) {
    return callback(fail(ErrorCode::token_invalid, "expired"));
  }
  if (login && impl_->knows(login->user, session)) {
    return callback(
        impl_->admit(session_claims(session, login->user, login->epoch, login->expires_at)));
  }
  if (impl_->access.has_ended(session)) return callback(fail(ErrorCode::token_invalid));
  Answer<Principal> answer(std::move(callback));
  impl_->persistence->read<storage::Login>(
      [session](storage::Reader& reader) { return reader.login(session); },
      [impl = impl_.get(), answer](const Result<storage::Login>& found) {
        if (!found.has_value()) {
          bool missing = found.error().code == ErrorCode::not_found;
          return answer.deliver(missing ? fail(ErrorCode::token_invalid) : found.error());
        }
        const storage::Login& row = found.value();
        if (!row.is_session || row.expires_at <= storage::now()) {
          return answer.deliver(fail(ErrorCode::token_invalid));
        }
        impl->load_access(session_claims(row.id, row.user, row.access_epoch, row.expires_at),
                          answer);
      });
}

}  // namespace confab::actors
