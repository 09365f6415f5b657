#include <unordered_set>
#include <utility>

#include "actors/gather.hpp"
#include "actors/node_impl.hpp"
#include "actors/representation/json_text.hpp"
#include "actors/representation/resources.hpp"

// Outside names, and lists that belong to nobody in particular.

namespace confab::actors {

void Node::resolve(const ConversationRef& ref, Callback<ConversationId> callback) {
  if (const auto* id = std::get_if<ConversationId>(&ref)) return callback(*id);
  const Uuid& uuid = std::get<Uuid>(ref);
  if (auto known = impl_->conversation_ids.find(uuid)) return callback(*known);
  Answer<ConversationId> answer(std::move(callback));
  impl_->persistence->read<ConversationId>(
      [uuid](storage::Reader& reader) { return reader.conversation_id(uuid); },
      [impl = impl_.get(), uuid, answer](Result<ConversationId> id) {
        if (id.has_value()) impl->conversation_ids.put(uuid, id.value());
        answer.deliver(std::move(id));
      });
}

void Node::resolve(const UserRef& ref, Callback<UserId> callback) {
  if (const auto* id = std::get_if<UserId>(&ref)) return callback(*id);
  const Uuid& uuid = std::get<Uuid>(ref);
  if (auto known = impl_->user_ids.find(uuid)) return callback(*known);
  Answer<UserId> answer(std::move(callback));
  impl_->persistence->read<UserId>(
      [uuid](storage::Reader& reader) -> Result<UserId> {
        BOOST_OUTCOME_TRY(user, reader.user(storage::UserKey{uuid}));
        return user.id;
      },
      [impl = impl_.get(), uuid, answer](Result<UserId> id) {
        if (id.has_value()) impl->user_ids.put(uuid, id.value());
        answer.deliver(std::move(id));
      });
}

void Node::resolve(const std::vector<UserRef>& refs,
                   Callback<std::vector<std::optional<UserId>>> callback) {
  using Ids = std::vector<std::optional<UserId>>;
  Answer<Ids> answer(std::move(callback));
  impl_->persistence->read<Ids>(
      [refs](storage::Reader& reader) -> Result<Ids> {
        Ids ids(refs.size());
        std::vector<UserId> numbers;
        for (std::size_t i = 0; i < refs.size(); ++i) {
          if (const auto* number = std::get_if<UserId>(&refs[i])) {
            numbers.push_back(*number);
            continue;
          }
          auto user = reader.user(storage::UserKey{std::get<Uuid>(refs[i])});
          if (user.has_value()) {
            ids[i] = user.value().id;
          } else if (user.error().code != ErrorCode::not_found) {
            return user.error();
          }
        }
        BOOST_OUTCOME_TRY(people, reader.users(numbers));
        std::unordered_set<UserId> known;
        for (const storage::User& user : people) known.insert(user.id);
        for (std::size_t i = 0; i < refs.size(); ++i) {
          const auto* number = std::get_if<UserId>(&refs[i]);
          if (number != nullptr && known.contains(*number)) ids[i] = *number;
        }
        return ids;
      },
      [answer](Result<Ids> ids) { answer.deliver(std::move(ids)); });
}

void Node::resolve(MessageId message, Callback<storage::MessagePlace> callback) {
  Answer<storage::MessagePlace> answer(std::move(callback));
  impl_->persistence->read<storage::MessagePlace>(
      [message](storage::Reader& reader) -> Result<storage::MessagePlace> {
        BOOST_OUTCOME_TRY(places, reader.places({message}));
        if (places.empty()) return fail(ErrorCode::not_found);
        return places.front();
      },
      [answer](Result<storage::MessagePlace> place) { answer.deliver(std::move(place)); });
}

void Node::list(ListUsers request, Callback<ListView> callback) {
  Answer<ListView> answer(std::move(callback));
  if (request.is_online) {
    auto online = impl_->presence.online(storage::now());
    (*request.is_online ? request.filter.among : request.filter.not_among) = std::move(online);
  }
  storage::PageRequest page{request.offset, request.limit};
  impl_->persistence->read<storage::Page<storage::User>>(
      [filter = request.filter, page](storage::Reader& reader) {
        return reader.users(filter, page);
      },
      [impl = impl_.get(), caller = request.caller, page,
       answer](const Result<storage::Page<storage::User>>& found) {
        if (!found.has_value()) return answer.deliver(found.error());
        if (page.offset > 0 && page.offset >= found.value().count) {
          return answer.deliver(fail(ErrorCode::invalid_page));
        }
        ListView list;
        list.count = found.value().count;
        Timestamp now = storage::now();
        for (const storage::User& user : found.value().rows) {
          Presence presence{impl->presence.is_online(user.id, now),
                            impl->presence.last_seen(user.id)};
          bool in_full = caller.is_admin() || caller.user == user.id;
          append_item(list.items, user_json(user, presence, in_full));
          ++list.size;
        }
        list.more = page.offset + list.size < list.count;
        list.etag = etag_of_list(list.count, list.more, list.items);
        answer.deliver(std::move(list));
      });
}

void Node::list(ListAllConversations request, Callback<ListView> callback) {
  Answer<ListView> answer(std::move(callback));
  storage::PageRequest page{request.window.offset, request.window.limit};
  impl_->persistence->read<storage::Page<ConversationId>>(
      [filter = request.filter, page](storage::Reader& reader) {
        return reader.conversations(filter, page);
      },
      [impl = impl_.get(), caller = request.caller, page,
       answer](const Result<storage::Page<ConversationId>>& found) {
        if (!found.has_value()) return answer.deliver(found.error());
        const std::vector<ConversationId>& ids = found.value().rows;
        if (page.offset > 0 && page.offset >= found.value().count) {
          return answer.deliver(fail(ErrorCode::invalid_page));
        }
        auto gather = Gather<ResourceView>::of(
            ids.size(), [count = found.value().count, offset = page.offset,
                         answer](const Result<std::vector<ResourceView>>& views) {
              if (!views.has_value()) return answer.deliver(views.error());
              ListView list;
              list.count = count;
              for (const ResourceView& view : views.value()) {
                if (view.json.empty()) continue;
                append_item(list.items, view.json);
                ++list.size;
              }
              list.more = offset + views.value().size() < count;
              list.etag = etag_of_list(list.count, list.more, list.items);
              answer.deliver(std::move(list));
            });
        for (std::size_t i = 0; i < ids.size(); ++i) {
          auto slot = Gather<ResourceView>::slot(gather, i);
          impl->conversations.ask(
              ids[i], SummarizeConversation{caller},
              Answer<ResourceView>([slot](Result<ResourceView> view) {
                bool gone = view.has_error() && view.error().code == ErrorCode::not_found;
                slot.deliver(gone ? Result<ResourceView>(ResourceView{}) : std::move(view));
              }));
        }
      });
}

void Node::ready(Callback<bool> callback) {
  const bool is_member = !impl_->cluster || impl_->cluster->is_ready();
  if (!impl_->running || !is_member) return callback(fail(ErrorCode::overloaded));
  Answer<bool> answer(std::move(callback));
  impl_->persistence->read<bool>(
      [](storage::Reader& reader) { return reader.ping(); },
      [answer](Result<bool> alive) { answer.deliver(std::move(alive)); });
}

}  // namespace confab::actors
