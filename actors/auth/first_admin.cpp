#include <limits>
#include <utility>

#include "actors/audit.hpp"
#include "actors/auth/authenticator_host.hpp"
#include "actors/auth/secret_random.hpp"
#include "config/log.hpp"

namespace confab::actors {

namespace {

storage::User administrator(const CreateFirstAdmin& request, std::string password_hash,
                            Timestamp now) {
  storage::User user;
  user.uuid = storage::make_uuid4();
  user.username = request.username;
  user.email = request.email;
  user.password_hash = std::move(password_hash);
  user.role = Role::admin;
  user.created_at = now;
  user.updated_at = now;
  return user;
}

/// No account has this id.
constexpr UserId kNoAccount{std::numeric_limits<std::int64_t>::max()};

/// A link that every node of a cluster knows by its signature. It is nobody's and of a login that
/// there never was, so that it is good for nothing else.
Claims link_claims(Timestamp now) {
  Claims claims;
  claims.type = TokenType::refresh;
  claims.user = kNoAccount;
  claims.login = make_secret_uuid();
  claims.jti = make_secret_uuid();
  claims.issued_at = now;
  claims.expires_at = now + SetupLink::kLifetime;
  return claims;
}

}  // namespace

bool AuthenticatorHost::accepts_link(const std::string& token) const {
  if (!context_.settings.is_one_of_several) return setup_link_.accepts(token, now());
  const auto claims = context_.tokens.verify(token, TokenType::refresh, now());
  return claims.has_value() && claims.value().user == kNoAccount;
}

void AuthenticatorHost::without_admins(const OnError& failed, std::function<void()> then) {
  auto ask = [](storage::Reader& reader) {
    storage::UserFilter admins;
    admins.role = Role::admin;
    return reader.users(admins, {0, 1});
  };
  query<storage::Page<storage::User>>(
      ask, failed,
      [this, failed, then = std::move(then)](const storage::Page<storage::User>& admins) {
        if (admins.count == 0) return then();
        setup_link_.close();
        failed(fail(ErrorCode::not_allowed));
      });
}

void AuthenticatorHost::serve(const OfferSetup&, const Answer<SetupToken>& answer) {
  without_admins(refusing(answer), [this, answer] {
    if (!context_.settings.is_one_of_several) {
      return answer.deliver(SetupToken{setup_link_.offer(now())});
    }
    auto token = context_.tokens.sign(link_claims(now()));
    if (!token.has_value()) return answer.deliver(token.error());
    answer.deliver(SetupToken{std::move(token.value())});
  });
}

void AuthenticatorHost::serve(const CreateFirstAdmin& request, const Answer<ResourceView>& answer) {
  if (const auto wait = setup_throttle_.wait(request.peer, now())) {
    return answer.deliver(fail(ErrorCode::throttled, std::to_string(wait->count())));
  }
  if (creating_first_admin_->load() || !accepts_link(request.token)) {
    setup_throttle_.record(request.peer, now());
    log::warning("setup link refused", {{"client", request.peer}});
    return answer.deliver(fail(ErrorCode::not_allowed));
  }
  // Whoever comes meanwhile finds it closed; after a failure, of whatever kind, it is open again.
  creating_first_admin_->store(true);
  const Answer<ResourceView> reopening(
      [creating = creating_first_admin_, answer](Result<ResourceView> result) {
        creating->store(false);
        answer.deliver(std::move(result));
      });
  auto create = [this, request, reopening](std::string password_hash) {
    create_first_admin(request, std::move(password_hash), reopening);
  };
  without_admins(refusing(reopening), [this, password = request.password, reopening, create] {
    hash<std::string>([] { return true; },
                      [hasher = hasher_, password] { return hasher->hash(password); },
                      refusing(reopening), create);
  });
}

void AuthenticatorHost::create_first_admin(const CreateFirstAdmin& request,
                                           std::string password_hash,
                                           const Answer<ResourceView>& answer) {
  storage::InsertUser change{administrator(request, std::move(password_hash), now())};
  change.audit = creation_entry(change.user, "setup link", request.peer);
  commit(change, refusing(answer), [this, change, answer](const storage::Committed& inserted) {
    setup_link_.close();
    storage::User user = change.user;
    user.id = UserId{inserted.id};
    log::info("first administrator created", {{"user", user.id.value}});
    ResourceView view;
    view.json = context_.render_user(user);
    view.status = kCreated;
    answer.deliver(std::move(view));
  });
}

}  // namespace confab::actors
