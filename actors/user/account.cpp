#include <utility>

#include "actors/audit.hpp"
#include "actors/representation/json_text.hpp"
#include "actors/representation/resources.hpp"
#include "actors/user/account_eraser.hpp"
#include "actors/user/user_host.hpp"
#include "config/log.hpp"

namespace confab::actors {

namespace {

template <class T>
void assign(T& field, const std::optional<T>& value) {
  if (value) field = *value;
}

}  // namespace

std::string UserHost::render_account(bool in_full) const {
  Presence presence{context_->presence.is_online(id_, storage::now()),
                    context_->presence.last_seen(id_)};
  return user_json(*account_, presence, in_full);
}

void UserHost::serve(const ShowUser& request, const Answer<ResourceView>& answer) {
  bool in_full = request.caller.user == id_ || request.caller.is_admin();
  std::string json = render_account(in_full);
  std::string etag = etag_of(json);
  answer.deliver(ResourceView{std::move(json), std::move(etag), 200, false});
}

Result<storage::User> UserHost::changed_account(const ChangeUser& request) const {
  const Caller& caller = request.caller;
  if (caller.user != id_ && !caller.is_admin()) return fail(ErrorCode::not_allowed);
  bool touches_access = (request.role && *request.role != account_->role) ||
                        (request.is_active && *request.is_active != account_->is_active);
  if (touches_access && !caller.is_admin()) return fail(ErrorCode::not_allowed);

  bool renews_hash = request.renewed_from.has_value();
  if (renews_hash && *request.renewed_from != account_->password_hash) {
    return fail(ErrorCode::changed_meanwhile);
  }

  storage::User account = *account_;
  assign(account.username, request.username);
  assign(account.email, request.email);
  assign(account.first_name, request.first_name);
  assign(account.last_name, request.last_name);
  assign(account.phone_number, request.phone_number);
  assign(account.role, request.role);
  assign(account.is_active, request.is_active);
  assign(account.password_hash, request.password_hash);
  if (touches_access || (request.password_hash && !renews_hash)) ++account.access_epoch;
  if (!renews_hash) account.updated_at = storage::now();
  account.last_seen = context_->presence.last_seen(id_);
  if (!account.last_seen) account.last_seen = account_->last_seen;
  return account;
}

std::optional<storage::AuditEntry> UserHost::audit_of(const ChangeUser& request,
                                                      const storage::User& changed) const {
  const AccountDifference changes = difference(*account_, changed);
  if (changes.empty()) return std::nullopt;
  // What only an admin may do is written down even where he does it to himself.
  const bool touches_access =
      changed.role != account_->role || changed.is_active != account_->is_active;
  auto entry = audit_entry(request.caller, request.caller.user == id_ && !touches_access,
                           changes.new_password ? "user.password" : "user.change");
  if (!entry) return std::nullopt;
  describe_target(*entry);
  if (changes.before != "{}") {
    entry->before = changes.before;
    entry->after = changes.after;
  }
  return entry;
}

void UserHost::describe_target(storage::AuditEntry& entry) const {
  entry.target_type = storage::AuditTarget::user;
  entry.target = account_->uuid;
  entry.target_label = account_->username;
  entry.subject = id_;
}

void UserHost::serve(const ChangeUser& request, const Answer<ResourceView>& answer) {
  // One after the other: each starts from the row that the one before has left.
  enter(answer, [this, request, answer] { change_account(request, answer); });
}

void UserHost::change_account(const ChangeUser& request, const Answer<ResourceView>& answer) {
  auto account = changed_account(request);
  if (!account.has_value()) {
    leave();
    return answer.deliver(account.error());
  }
  storage::UpdateUser change{account.value(), audit_of(request, account.value())};
  context_->persistence.commit(
      std::move(change), fence_,
      resumed<storage::Committed>([this, account = std::move(account.value()), request,
                                   answer](const Result<storage::Committed>& result) {
        if (result.has_value()) return account_changed(account, request, answer);
        change_failed(result.error().code);
        answer.deliver(result.error());
      }));
}

void UserHost::change_failed(ErrorCode code) {
  if (code == ErrorCode::username_taken || code == ErrorCode::email_taken) return leave();
  if (code == ErrorCode::not_found) return account_gone();
  // It may have been made all the same. What waits must not start from what is remembered, and
  // rights that were taken away must not live on here.
  drop_memory();
  context_->access.forget(id_);
}

void UserHost::account_gone() {
  context_->access.remove(id_);
  context_->presence.remove(id_);
  forget_account();
  leave();
}

void UserHost::account_changed(storage::User account, const ChangeUser& request,
                               const Answer<ResourceView>& answer) {
  bool renamed = account.username != account_->username;
  account_ = std::move(account);
  context_->access.put(id_, {account_->role, account_->is_active, account_->access_epoch});
  if (renamed) context_->people.rename(*account_);
  leave();
  serve(ShowUser{request.caller}, answer);
}

void UserHost::serve(const DeleteAccount& request, const Answer<Done>& answer) {
  if (request.caller.user != id_ && !request.caller.is_admin()) {
    return answer.deliver(fail(ErrorCode::not_allowed));
  }
  enter(answer, [this, caller = request.caller, answer] { hide_account(caller, answer); });
}

void UserHost::hide_account(const Caller& caller, const Answer<Done>& answer) {
  storage::HideUser change{id_, audit_entry(caller, caller.user == id_, "user.delete")};
  if (change.audit) {
    describe_target(*change.audit);
    change.audit->before = account_summary(*account_);
  }
  context_->persistence.commit(
      std::move(change), fence_,
      resumed<storage::Committed>([this, answer](const Result<storage::Committed>& result) {
        if (!result.has_value()) {
          change_failed(result.error().code);
          return answer.deliver(result.error());
        }
        account_gone();
        // A failure of what follows is made good later.
        erase_account(*context_, id_, Answer<Done>([answer, user = id_](Result<Done> erased) {
          if (!erased.has_value()) {
            log::warning("account_erasure_postponed",
                         {{"user", user.value}, {"code", storage::to_string(erased.error().code)}});
          }
          answer.deliver(Done{});
        }));
      }));
}

}  // namespace confab::actors
