#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "actors/auth/authenticator.hpp"
#include "actors/auth/hash_pool.hpp"
#include "actors/auth/running_keys.hpp"
#include "actors/auth/setup_link.hpp"
#include "actors/mailbox.hpp"

namespace confab::actors {

/// What a new account is answered with.
inline constexpr int kCreated = 201;

/// What the authenticator holds and does, on its actor's thread. serve() has one overload per
/// request; whatever waits for storage or for a hash goes on in a continuation.
///   authenticator_host.cpp  what all have in common
///   registration.cpp        new accounts          logging_in.cpp  credentials and new logins
///   login_family.cpp        refresh and the end   passwords.cpp   changing and renewing
///   first_admin.cpp         the one-time link
class AuthenticatorHost {
 public:
  AuthenticatorHost(AuthenticatorContext context, caf::actor_system& system, Authenticator self);

  void serve(const RegisterUser& request, const Answer<ResourceView>& answer);
  void serve(const LogIn& request, const Answer<TokenPair>& answer);
  void serve(const StartSession& request, const Answer<SessionStarted>& answer);
  void serve(const RefreshTokens& request, const Answer<TokenPair>& answer);
  void serve(const EndLoginOf& request, const Answer<Done>& answer);
  void serve(const EndSession& request, const Answer<Done>& answer);
  void serve(const VerifyToken& request, const Answer<Done>& answer);
  void serve(const ChangePassword& request, const Answer<Done>& answer);
  void serve(const SetPassword& request, const Answer<Done>& answer);
  void serve(const OfferSetup& request, const Answer<SetupToken>& answer);
  void serve(const CreateFirstAdmin& request, const Answer<ResourceView>& answer);

 private:
  using OnError = std::function<void(Error)>;

  Timestamp now() const { return context_.clock(); }

  // --- continuing ---
  template <class R>
  static OnError refusing(Answer<R> answer) {
    return [answer = std::move(answer)](Error error) { answer.deliver(std::move(error)); };
  }

  /// Runs a query and continues here, or calls `failed`.
  template <class T, class F>
  void query(std::function<Result<T>(storage::Reader&)> ask, OnError failed, F then) {
    context_.persistence.read<T>(std::move(ask),
                                 resume<T>(self_, split<T>(std::move(failed), std::move(then))));
  }

  /// Writes one change and continues here, or calls `failed`.
  void commit(storage::Change change, OnError failed,
              std::function<void(const storage::Committed&)> then);

  /// Runs `work` in the pool and continues here with what it gives, or calls `failed`; dropped
  /// without a word if `admit` says no.
  template <class T, class F>
  void hash(std::function<bool()> admit, std::function<Result<T>()> work, OnError failed, F then) {
    HashPool::Job job;
    job.admit = std::move(admit);
    job.work = [work = std::move(work), split = split<T>(failed, std::move(then))] {
      return [split, result = work()] { split(result); };
    };
    if (!pool_.submit(std::move(job))) failed(fail(ErrorCode::overloaded));
  }

  template <class T, class F>
  static auto split(OnError failed, F then) {
    return [failed = std::move(failed), then = std::move(then)](Result<T> result) {
      if (result.has_value()) {
        then(std::move(result.value()));
      } else {
        failed(std::move(result.error()));
      }
    };
  }

  // --- registration ---
  void register_user(const RegisterUser& request, const Answer<ResourceView>& answer);
  void store_user(const RegisterUser& request, std::string password_hash,
                  const Answer<ResourceView>& answer);
  /// Gives the answer that an earlier request with this key got, or registers.
  void replay_or_register(const RegisterUser& request, const RetryKey& retry,
                          const Answer<ResourceView>& answer);
  /// An answer that gives the request's key free before it passes on what it gets.
  Answer<ResourceView> releasing(const std::string& key, Answer<ResourceView> answer) const;

  // --- logging in ---
  struct Attempt {
    std::string name;
    std::string password;
    std::string peer;
  };
  using OnUser = std::function<void(const storage::User&)>;
  using OnLogin = std::function<void(const storage::Login&)>;

  /// Continues with the active account whose credentials these are.
  void check_credentials(const Attempt& attempt, const OnError& failed, const OnUser& then);
  void check_password_of(const std::optional<storage::User>& user, const Attempt& attempt,
                         const OnError& failed, OnUser then);
  void credentials_checked(bool match, const std::optional<storage::User>& user,
                           const Attempt& attempt, const OnError& failed, const OnUser& then);
  bool admit(const Attempt& attempt, const OnError& failed);
  void start_login(const storage::User& user, bool is_session, const OnError& failed, OnLogin then);
  /// Tells the board of a login; false if it was ended or the account has changed meanwhile.
  bool announce(const storage::User& user, const storage::Login& login);

  // --- login families ---
  struct Family {
    storage::Login login;
    storage::User user;
  };
  using OnFamily = std::function<void(const Family&)>;

  /// Continues with the living login that the token belongs to.
  void find_family(const Claims& claims, const OnError& failed, OnFamily then);
  void refresh(const Claims& claims, bool is_retry, const Answer<TokenPair>& answer);
  void rotate(const Claims& claims, const Family& family, bool is_retry,
              const Answer<TokenPair>& answer);
  bool may_repeat(const Claims& claims, const storage::Login& login) const;
  /// Ends the family of a token that has been used before: somebody may have stolen it.
  void end_reused(const Claims& claims, const OnError& failed);
  void end_login(const Uuid& login, OnError failed, std::function<void()> then);
  /// Tokens for the login's current state.
  Result<TokenPair> issue(const storage::Login& login) const;

  // --- passwords ---
  bool admit_change(UserId user, const OnError& failed);
  void change_password(const ChangePassword& request, const storage::User& user,
                       const Answer<Done>& answer);
  void renew_hash(const storage::User& user, std::string password);

  // --- the first administrator ---
  /// Continues if there is no administrator, or calls `failed` with not_allowed.
  void without_admins(const OnError& failed, std::function<void()> then);
  bool accepts_link(const std::string& token) const;
  void create_first_admin(const CreateFirstAdmin& request, std::string password_hash,
                          const Answer<ResourceView>& answer);

  AuthenticatorContext context_;
  Authenticator self_;
  /// Shared with the jobs of the pool, which may outlive this.
  std::shared_ptr<const PasswordHasher> hasher_;
  HashPool pool_;
  LoginThrottle throttle_;
  FailureWindow change_throttle_;
  SetupLink setup_link_;
  std::shared_ptr<std::atomic<bool>> creating_first_admin_ =
      std::make_shared<std::atomic<bool>>(false);
  FailureWindow setup_throttle_;
  /// Retry keys of registrations under way. Shared: the last answer may outlive this.
  std::shared_ptr<RunningKeys> running_keys_;
};

}  // namespace confab::actors
