#include <utility>

#include "actors/auth/authenticator_host.hpp"

namespace confab::actors {

namespace {

// Whoever registers is nobody yet: the keys of all of them are kept together.
constexpr UserId kNobody{};

storage::User new_user(const RegisterUser& request, std::string password_hash, Timestamp now) {
  storage::User user;
  user.uuid = storage::make_uuid4();
  user.username = request.username;
  user.email = request.email;
  user.password_hash = std::move(password_hash);
  user.first_name = request.first_name;
  user.last_name = request.last_name;
  user.phone_number = request.phone_number;
  user.role = request.role;
  user.created_at = now;
  user.updated_at = now;
  return user;
}

ResourceView created(std::string json) {
  ResourceView view;
  view.json = std::move(json);
  view.status = kCreated;
  return view;
}

ResourceView replayed(storage::IdempotencyRecord record) {
  ResourceView view;
  view.json = std::move(record.body);
  view.status = record.status;
  view.replayed = true;
  return view;
}

}  // namespace

void AuthenticatorHost::serve(const RegisterUser& request, const Answer<ResourceView>& answer) {
  if (!request.retry) return register_user(request, answer);
  const auto claimed = running_keys_->claim(*request.retry);
  if (!claimed.has_value()) return answer.deliver(claimed.error());
  replay_or_register(request, *request.retry, releasing(request.retry->key, answer));
}

Answer<ResourceView> AuthenticatorHost::releasing(const std::string& key,
                                                  Answer<ResourceView> answer) const {
  return Answer<ResourceView>(
      [keys = running_keys_, key, answer = std::move(answer)](Result<ResourceView> result) {
        keys->release(key);
        answer.deliver(std::move(result));
      });
}

void AuthenticatorHost::replay_or_register(const RegisterUser& request, const RetryKey& retry,
                                           const Answer<ResourceView>& answer) {
  auto ask = [key = retry.key](storage::Reader& reader) { return reader.reply(kNobody, key); };
  auto none_found = [this, request, answer](Error error) {
    if (error.code != ErrorCode::not_found) return answer.deliver(std::move(error));
    register_user(request, answer);
  };
  query<storage::IdempotencyRecord>(
      ask, none_found,
      [fingerprint = retry.fingerprint, answer](storage::IdempotencyRecord record) {
        if (record.fingerprint != fingerprint) {
          return answer.deliver(fail(ErrorCode::idempotency_mismatch));
        }
        answer.deliver(replayed(std::move(record)));
      });
}

void AuthenticatorHost::register_user(const RegisterUser& request,
                                      const Answer<ResourceView>& answer) {
  hash<std::string>(
      [] { return true; },
      [hasher = hasher_, password = request.password] { return hasher->hash(password); },
      refusing(answer),
      [this, request, answer](std::string password_hash) {
        store_user(request, std::move(password_hash), answer);
      });
}

void AuthenticatorHost::store_user(const RegisterUser& request, std::string password_hash,
                                   const Answer<ResourceView>& answer) {
  storage::InsertUser change{new_user(request, std::move(password_hash), now()), std::nullopt};
  auto render = [user = change.user, render_user = context_.render_user](std::int64_t new_id) {
    storage::User with_id = user;
    with_id.id = UserId{new_id};
    return render_user(with_id);
  };
  if (request.retry) {
    change.reply = storage::PendingReply{{kNobody,
                                          request.retry->key,
                                          request.retry->fingerprint,
                                          kCreated,
                                          {},
                                          change.user.created_at},
                                         render};
  }
  commit(std::move(change), refusing(answer), [render, answer](const storage::Committed& inserted) {
    answer.deliver(created(render(inserted.id)));
  });
}

}  // namespace confab::actors
