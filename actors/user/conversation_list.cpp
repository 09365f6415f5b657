#include <algorithm>
#include <unordered_set>
#include <utility>

#include "actors/gather.hpp"
#include "actors/representation/json_text.hpp"
#include "actors/representation/resources.hpp"
#include "actors/rules/list_position.hpp"
#include "actors/user/user_host.hpp"

namespace confab::actors {

std::vector<ConversationId> UserHost::by_activity() const {
  std::vector<std::pair<std::int64_t, ConversationId>> ranked;
  ranked.reserve(memberships_.size());
  for (const auto& [conversation, membership] : memberships_) {
    ranked.emplace_back(membership.activity->updated_at.load(std::memory_order_relaxed),
                        conversation);
  }
  std::sort(ranked.begin(), ranked.end(), std::greater<>());
  std::vector<ConversationId> order;
  order.reserve(ranked.size());
  for (const auto& [updated_at, conversation] : ranked) order.push_back(conversation);
  return order;
}

void UserHost::serve(const ListConversations& request, const Answer<ListView>& answer) {
  std::vector<ConversationId> order = by_activity();
  const Window& window = request.window;
  std::size_t first = window.older_than ? list_number(*window.older_than) : window.offset;
  if (first > 0 && first >= order.size()) return answer.deliver(fail(ErrorCode::invalid_page));
  std::size_t end = std::min<std::size_t>(order.size(), first + window.limit);
  std::vector<ConversationId> page(order.begin() + static_cast<std::ptrdiff_t>(first),
                                   order.begin() + static_cast<std::ptrdiff_t>(end));

  struct Asked {
    ConversationId conversation;
    std::uint64_t version;
  };
  std::uint64_t names = context_->people.version();
  std::vector<Asked> stale;
  for (ConversationId conversation : page) {
    const Membership& membership = memberships_.at(conversation);
    std::uint64_t version = membership.activity->version.load(std::memory_order_acquire);
    bool is_fresh = remembers_others() && membership.summary_version == version &&
                    membership.summary_names == names;
    if (is_fresh) continue;
    stale.push_back({conversation, version});
  }
  auto then = [this, page, count = order.size(), more = end < order.size(),
               end = static_cast<std::uint32_t>(end), stale, names,
               answer](std::vector<ResourceView> summaries) {
    for (std::size_t i = 0; i < stale.size(); ++i) {
      auto found = memberships_.find(stale[i].conversation);
      if (found == memberships_.end()) continue;
      found->second.summary = std::move(summaries[i].json);
      found->second.summary_version = stale[i].version;
      found->second.summary_names = names;
    }
    give_summaries(page, count, more, end, answer);
  };
  if (stale.empty()) return then({});
  auto gather = Gather<ResourceView>::of(
      stale.size(), resumed_or<std::vector<ResourceView>>(refusing(answer), then));
  for (std::size_t i = 0; i < stale.size(); ++i) {
    auto slot = Gather<ResourceView>::slot(gather, i);
    // One that has just gone leaves a gap, not an error.
    Answer<ResourceView> lenient([slot](Result<ResourceView> view) {
      bool gone = view.has_error() && view.error().code == ErrorCode::not_found;
      slot.deliver(gone ? Result<ResourceView>(ResourceView{}) : std::move(view));
    });
    context_->conversations.ask(stale[i].conversation, SummarizeConversation{as_caller()},
                                std::move(lenient));
  }
}

void UserHost::give_summaries(const std::vector<ConversationId>& page, std::uint64_t count,
                              bool more, std::uint32_t end, const Answer<ListView>& answer) {
  ListView list;
  list.count = count;
  for (ConversationId conversation : page) {
    auto found = memberships_.find(conversation);
    if (found == memberships_.end() || found->second.summary.empty()) continue;
    append_item(list.items, found->second.summary);
    ++list.size;
  }
  list.more = more;
  list.last = list_position(end);
  list.etag = etag_of_list(list.count, list.more, list.items);
  answer.deliver(std::move(list));
}

void UserHost::serve(const CreateConversation& request, const Answer<ResourceView>& answer) {
  std::vector<UserId> members{id_};
  std::unordered_set<UserId> seen{id_};
  for (UserId user : request.participants) {
    if (seen.insert(user).second) members.push_back(user);
  }
  if (members.size() < 2) return answer.deliver(fail(ErrorCode::too_few_participants));
  if (members.size() > context_->max_participants) {
    return answer.deliver(fail(ErrorCode::too_many_participants));
  }
  auto ask = [members](storage::Reader& reader) { return reader.users(members); };
  query<std::vector<storage::User>>(
      ask, refusing(answer),
      [this, request, members, answer](const std::vector<storage::User>& people) {
        std::unordered_map<UserId, const storage::User*> known;
        for (const storage::User& user : people) known.emplace(user.id, &user);
        std::vector<storage::User> ordered;
        for (UserId user : members) {
          auto found = known.find(user);
          if (found == known.end()) {
            return answer.deliver(fail(ErrorCode::unknown_user, std::to_string(user.value)));
          }
          ordered.push_back(*found->second);
        }
        create_conversation(request, ordered, answer);
      });
}

void UserHost::create_conversation(const CreateConversation& request,
                                   const std::vector<storage::User>& people,
                                   const Answer<ResourceView>& answer) {
  storage::InsertConversation change;
  change.conversation.uuid = storage::make_uuid7();
  change.conversation.title = request.title;
  change.conversation.owner = id_;
  change.conversation.created_at = storage::now();
  change.conversation.updated_at = change.conversation.created_at;
  std::string participants;
  for (const storage::User& user : people) {
    change.members.push_back(user.id);
    append_item(participants, person_json(user));
  }
  auto render = [conversation = change.conversation, participants,
                 owner = person_json(*account_)](std::int64_t new_id) mutable {
    conversation.id = ConversationId{new_id};
    ConversationParts parts;
    parts.conversation = &conversation;
    parts.owner = owner;
    parts.participants = participants;
    parts.last_message = "null";
    return conversation_json(parts);
  };
  if (request.retry) {
    change.reply.emplace();
    change.reply->record = {id_, request.retry->key, request.retry->fingerprint, 201,
                            {},  storage::now()};
    change.reply->body_for = render;
  }
  Timestamp created_at = change.conversation.created_at;
  context_->persistence.commit(
      change, fence_,
      resumed_or<storage::Committed>(refusing(answer), [this, render, created_at,
                                                        members = change.members,
                                                        answer](const storage::Committed&
                                                                    committed) mutable {
        ConversationId conversation{committed.id};
        remember(conversation, created_at);
        for (UserId user : members) {
          if (user == id_) continue;
          context_->users.tell_if_awake(user, MembershipChanged{conversation, true, created_at});
        }
        std::string json = render(committed.id);
        answer.deliver(ResourceView{json, etag_of(json), 201, false});
      }));
}

}  // namespace confab::actors
