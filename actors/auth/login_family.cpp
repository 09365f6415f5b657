#include <chrono>
#include <utility>

#include "actors/auth/authenticator_host.hpp"
#include "actors/auth/secret_random.hpp"
#include "config/log.hpp"

namespace confab::actors {

void AuthenticatorHost::serve(const RefreshTokens& request, const Answer<TokenPair>& answer) {
  const auto claims = context_.tokens.verify(request.refresh, TokenType::refresh, now());
  if (!claims.has_value()) return answer.deliver(claims.error());
  refresh(claims.value(), false, answer);
}

void AuthenticatorHost::serve(const VerifyToken& request, const Answer<Done>& answer) {
  const auto claims = context_.tokens.verify(request.token, now());
  if (!claims.has_value()) return answer.deliver(claims.error());
  auto over = [answer](Error error) {
    const bool is_over = error.code == ErrorCode::token_blacklisted;
    answer.deliver(is_over ? fail(ErrorCode::token_invalid) : std::move(error));
  };
  find_family(claims.value(), over, [claims = claims.value(), answer](const Family& family) {
    const bool is_used = claims.type == TokenType::refresh && claims.jti != family.login.current;
    if (is_used) return answer.deliver(fail(ErrorCode::token_invalid));
    answer.deliver(Done{});
  });
}

void AuthenticatorHost::serve(const EndLoginOf& request, const Answer<Done>& answer) {
  const auto verified = context_.tokens.verify(request.refresh, TokenType::refresh, now());
  if (!verified.has_value()) return answer.deliver(verified.error());
  const Claims& claims = verified.value();
  find_family(claims, refusing(answer), [this, claims, answer](const Family& family) {
    const bool is_usable = claims.jti == family.login.current || may_repeat(claims, family.login);
    if (!is_usable) return end_reused(claims, refusing(answer));
    end_login(claims.login, refusing(answer), [user = claims.user, answer] {
      log::info("logout", {{"user", user.value}});
      answer.deliver(Done{});
    });
  });
}

void AuthenticatorHost::serve(const EndSession& request, const Answer<Done>& answer) {
  auto ask = [id = request.session](storage::Reader& reader) { return reader.login(id); };
  auto gone = [answer](Error error) {
    if (error.code != ErrorCode::not_found) return answer.deliver(std::move(error));
    answer.deliver(Done{});
  };
  // Anybody may name anything: what is no session costs a look, and neither a write nor a login.
  query<storage::Login>(ask, gone, [this, answer](const storage::Login& login) {
    if (!login.is_session) return answer.deliver(Done{});
    end_login(login.id, refusing(answer), [answer] { answer.deliver(Done{}); });
  });
}

void AuthenticatorHost::find_family(const Claims& claims, const OnError& failed, OnFamily then) {
  if (context_.access.has_ended(claims.login)) {
    return failed(fail(ErrorCode::token_blacklisted));
  }
  auto ask = [id = claims.login](storage::Reader& reader) -> Result<Family> {
    BOOST_OUTCOME_TRY(login, reader.login(id));
    BOOST_OUTCOME_TRY(user, reader.user(login.user));
    return Family{std::move(login), std::move(user)};
  };
  auto gone = [failed](Error error) {
    const bool is_gone = error.code == ErrorCode::not_found;
    failed(is_gone ? fail(ErrorCode::token_blacklisted) : std::move(error));
  };
  query<Family>(ask, gone, [claims, failed, then = std::move(then)](const Family& family) {
    const storage::Login& login = family.login;
    if (login.user != claims.user || login.is_session) {
      return failed(fail(ErrorCode::token_invalid));
    }
    if (login.access_epoch != family.user.access_epoch) {
      return failed(fail(ErrorCode::token_blacklisted));
    }
    if (!family.user.is_active) return failed(fail(ErrorCode::token_invalid, "user_inactive"));
    then(family);
  });
}

void AuthenticatorHost::refresh(const Claims& claims, bool is_retry,
                                const Answer<TokenPair>& answer) {
  find_family(claims, refusing(answer), [this, claims, is_retry, answer](const Family& family) {
    if (claims.jti == family.login.current) return rotate(claims, family, is_retry, answer);
    if (may_repeat(claims, family.login)) return answer.deliver(issue(family.login));
    end_reused(claims, refusing(answer));
  });
}

void AuthenticatorHost::rotate(const Claims& claims, const Family& family, bool is_retry,
                               const Answer<TokenPair>& answer) {
  storage::Login next = family.login;
  next.previous = next.current;
  next.current = make_secret_uuid();
  next.rotated_at = now();
  next.expires_at = now() + context_.settings.refresh_lifetime;

  // Somebody else may have used the same token since it was read: then there is a second look.
  auto overtaken = [this, claims, is_retry, answer](Error error) {
    const bool look_again = error.code == ErrorCode::token_blacklisted && !is_retry;
    if (!look_again) return answer.deliver(std::move(error));
    refresh(claims, true, answer);
  };
  commit(
      storage::RotateLogin{next.id, next.previous, next.current, *next.rotated_at, next.expires_at},
      overtaken, [this, user = family.user, next, answer](const storage::Committed&) {
        if (!announce(user, next)) return answer.deliver(fail(ErrorCode::token_blacklisted));
        answer.deliver(issue(next));
      });
}

bool AuthenticatorHost::may_repeat(const Claims& claims, const storage::Login& login) const {
  if (claims.jti != login.previous || !login.rotated_at) return false;
  // By the clock of another node it may have been in our future: a moment at most, as in our past.
  return std::chrono::abs(now() - *login.rotated_at) <= context_.settings.repeat_grace;
}

void AuthenticatorHost::end_reused(const Claims& claims, const OnError& failed) {
  log::warning("refresh token used twice", {{"user", claims.user.value}});
  end_login(claims.login, failed, [failed] { failed(fail(ErrorCode::token_blacklisted)); });
}

void AuthenticatorHost::end_login(const Uuid& login, OnError failed, std::function<void()> then) {
  commit(storage::EndLogin{login}, std::move(failed),
         [this, login, then = std::move(then)](const storage::Committed&) {
           context_.access.end(login);
           then();
         });
}

Result<TokenPair> AuthenticatorHost::issue(const storage::Login& login) const {
  Claims claims;
  claims.user = login.user;
  claims.login = login.id;
  claims.epoch = login.access_epoch;
  claims.issued_at = now();
  claims.type = TokenType::access;
  claims.jti = make_secret_uuid();
  claims.expires_at = claims.issued_at + context_.settings.access_lifetime;
  BOOST_OUTCOME_TRY(access, context_.tokens.sign(claims));
  claims.type = TokenType::refresh;
  claims.jti = login.current;
  claims.expires_at = login.expires_at;
  BOOST_OUTCOME_TRY(refresh, context_.tokens.sign(claims));
  return TokenPair{std::move(access), std::move(refresh)};
}

}  // namespace confab::actors
