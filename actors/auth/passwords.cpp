#include <string>
#include <utility>

#include "actors/auth/authenticator_host.hpp"
#include "config/log.hpp"

namespace confab::actors {

namespace {

/// The hash of the new password, once the old one has been shown to be right.
Result<std::string> exchange(const PasswordHasher& hasher, const std::string& stored,
                             const std::string& old_password, const std::string& new_password) {
  BOOST_OUTCOME_TRY(match, hasher.verify(old_password, stored));
  if (!match) return fail(ErrorCode::wrong_password);
  return hasher.hash(new_password);
}

}  // namespace

void AuthenticatorHost::serve(const ChangePassword& request, const Answer<Done>& answer) {
  if (!admit_change(request.caller.user, refusing(answer))) return;
  auto ask = [user = request.caller.user](storage::Reader& reader) { return reader.user(user); };
  query<storage::User>(ask, refusing(answer), [this, request, answer](const storage::User& user) {
    change_password(request, user, answer);
  });
}

bool AuthenticatorHost::admit_change(UserId user, const OnError& failed) {
  const auto wait = change_throttle_.wait(std::to_string(user.value), now());
  if (wait) failed(fail(ErrorCode::throttled, std::to_string(wait->count())));
  return !wait;
}

void AuthenticatorHost::change_password(const ChangePassword& request, const storage::User& user,
                                        const Answer<Done>& answer) {
  auto still_admitted = [this, id = user.id, answer] { return admit_change(id, refusing(answer)); };
  auto work = [hasher = hasher_, stored = user.password_hash, request] {
    return exchange(*hasher, stored, request.old_password, request.new_password);
  };
  auto refused = [this, id = user.id, answer](Error error) {
    if (error.code == ErrorCode::wrong_password) {
      change_throttle_.record(std::to_string(id.value), now());
      log::warning("password change refused", {{"user", id.value}});
    }
    answer.deliver(std::move(error));
  };
  hash<std::string>(still_admitted, work, refused, [this, id = user.id, answer](std::string hash) {
    change_throttle_.forget(std::to_string(id.value));
    context_.change_password({id}, id, std::move(hash), [id, answer](Result<Done> result) {
      if (result.has_value()) log::info("password changed", {{"user", id.value}});
      answer.deliver(std::move(result));
    });
  });
}

void AuthenticatorHost::serve(const SetPassword& request, const Answer<Done>& answer) {
  if (!request.caller.is_admin()) return answer.deliver(fail(ErrorCode::not_allowed));
  auto work = [hasher = hasher_, password = request.new_password] {
    return hasher->hash(password);
  };
  hash<std::string>([] { return true; }, work, refusing(answer),
                    [this, caller = request.caller, user = request.user, answer](std::string hash) {
                      context_.change_password(
                          caller, user, std::move(hash), [user, answer](Result<Done> done) {
                            if (done.has_value())
                              log::info("password set by an admin", {{"user", user.value}});
                            answer.deliver(std::move(done));
                          });
                    });
}

void AuthenticatorHost::renew_hash(const storage::User& user, std::string password) {
  auto work = [hasher = hasher_, password = std::move(password)] { return hasher->hash(password); };
  // Not worth a word if it fails: the next login tries again.
  auto given_up = [](const Error&) {};
  hash<std::string>([] { return true; }, work, given_up,
                    [this, id = user.id, replaced = user.password_hash](std::string hash) {
                      context_.renew_hash(id, replaced, std::move(hash));
                    });
}

}  // namespace confab::actors
