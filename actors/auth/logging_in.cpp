#include <string>
#include <utility>

#include "actors/auth/authenticator_host.hpp"
#include "actors/auth/secret_random.hpp"
#include "config/log.hpp"

namespace confab::actors {

namespace {

AccountAccess access_of(const storage::User& user) {
  return {user.role, user.is_active, user.access_epoch};
}

}  // namespace

void AuthenticatorHost::serve(const LogIn& request, const Answer<TokenPair>& answer) {
  check_credentials(
      {request.name, request.password, request.peer}, refusing(answer),
      [this, answer](const storage::User& user) {
        start_login(user, false, refusing(answer),
                    [this, answer](const storage::Login& login) { answer.deliver(issue(login)); });
      });
}

void AuthenticatorHost::serve(const StartSession& request, const Answer<SessionStarted>& answer) {
  check_credentials(
      {request.name, request.password, request.peer}, refusing(answer),
      [this, answer](const storage::User& user) {
        start_login(user, true, refusing(answer), [answer](const storage::Login& login) {
          answer.deliver(SessionStarted{login.id, login.user, login.csrf_token, login.expires_at});
        });
      });
}

void AuthenticatorHost::check_credentials(const Attempt& attempt, const OnError& failed,
                                          const OnUser& then) {
  if (!admit(attempt, failed)) return;
  auto ask = [name = attempt.name](storage::Reader& reader) {
    return reader.user(storage::LoginName{name});
  };
  auto unknown = [this, attempt, failed, then](Error error) {
    if (error.code != ErrorCode::not_found) return failed(std::move(error));
    check_password_of(std::nullopt, attempt, failed, then);
  };
  query<storage::User>(ask, unknown, [this, attempt, failed, then](storage::User user) {
    // Whichever of its names was typed: an account has one count.
    Attempt counted = attempt;
    counted.name = user.username;
    check_password_of(std::move(user), counted, failed, then);
  });
}

void AuthenticatorHost::check_password_of(const std::optional<storage::User>& user,
                                          const Attempt& attempt, const OnError& failed,
                                          OnUser then) {
  // Where there is no account, a password is checked all the same: time must not tell.
  std::string encoded = user ? user->password_hash : std::string();
  auto work = [hasher = hasher_, password = attempt.password, encoded = std::move(encoded)] {
    return hasher->verify(password, encoded);
  };
  // Asked again when its turn comes: of many attempts at once, only so many may be made.
  auto still_admitted = [this, attempt, failed] { return admit(attempt, failed); };
  hash<bool>(still_admitted, work, failed,
             [this, user, attempt, failed, then = std::move(then)](bool match) {
               credentials_checked(match, user, attempt, failed, then);
             });
}

void AuthenticatorHost::credentials_checked(bool match, const std::optional<storage::User>& user,
                                            const Attempt& attempt, const OnError& failed,
                                            const OnUser& then) {
  if (!match || !user || !user->is_active) {
    throttle_.record_failure(attempt.name, attempt.peer, now());
    log::warning("login refused", {{"name", attempt.name}, {"peer", attempt.peer}});
    return failed(fail(ErrorCode::bad_credentials));
  }
  throttle_.record_success(attempt.name, attempt.peer);
  if (context_.renew_hash && hasher_->needs_rehash(user->password_hash)) {
    renew_hash(*user, attempt.password);
  }
  then(*user);
}

bool AuthenticatorHost::admit(const Attempt& attempt, const OnError& failed) {
  const auto wait = throttle_.wait(attempt.name, attempt.peer, now());
  if (!wait) return true;
  log::warning("login throttled", {{"name", attempt.name}, {"peer", attempt.peer}});
  failed(fail(ErrorCode::throttled, std::to_string(wait->count())));
  return false;
}

void AuthenticatorHost::start_login(const storage::User& user, bool is_session,
                                    const OnError& failed, OnLogin then) {
  const auto& settings = context_.settings;
  storage::Login login;
  login.id = make_secret_uuid();
  login.user = user.id;
  login.is_session = is_session;
  login.current = make_secret_uuid();
  if (is_session) login.csrf_token = make_secret_text();
  login.access_epoch = user.access_epoch;
  login.created_at = now();
  login.expires_at =
      login.created_at + (is_session ? settings.session_lifetime : settings.refresh_lifetime);
  commit(storage::StartLogin{login}, failed,
         [this, user, login, failed, then = std::move(then)](const storage::Committed&) {
           if (!announce(user, login)) return failed(fail(ErrorCode::bad_credentials));
           log::info("login", {{"user", user.id.value}, {"session", login.is_session}});
           then(login);
         });
}

bool AuthenticatorHost::announce(const storage::User& user, const storage::Login& login) {
  context_.access.put(user.id, access_of(user));
  context_.access.put(login.id,
                      LoginAccess{user.id, login.access_epoch, login.expires_at, login.csrf_token});
  const auto account = context_.access.account(user.id);
  const bool is_current = account && account->is_active && account->epoch == login.access_epoch;
  return is_current && !context_.access.has_ended(login.id);
}

}  // namespace confab::actors
