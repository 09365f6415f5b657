#include <algorithm>
#include <memory>
#include <utility>

#include "actors/gather.hpp"
#include "actors/user/user_host.hpp"

namespace confab::actors {

namespace {

storage::MessageFilter as_filter(const SearchMessages& request, UserId user) {
  storage::MessageFilter filter;
  if (!request.everything || request.role != Role::admin) filter.visible_to = user;
  filter.conversation = request.conversation;
  filter.sender = request.sender;
  filter.receiver = request.receiver;
  filter.search = request.search;
  filter.sent_after = request.sent_after;
  filter.sent_before = request.sent_before;
  filter.oldest_first = request.oldest_first;
  filter.older_than = request.window.older_than;
  return filter;
}

/// Whether the list of unread messages is the answer.
bool is_only_unread(const SearchMessages& request) {
  return !request.sender && !request.receiver && request.search.empty() && !request.sent_after &&
         !request.sent_before && !request.oldest_first;
}

}  // namespace

/// A search among what is unread: the database knows the texts, the conversations what is unread.
struct UserHost::UnreadSearch {
  SearchMessages request;
  storage::MessageFilter filter;
  std::map<ConversationId, storage::SeqSet> unread;
  std::vector<Place> matches;  ///< newest first
  Answer<ListView> answer;
};

void UserHost::serve(const SearchMessages& request, const Answer<ListView>& answer) {
  storage::MessageFilter filter = as_filter(request, id_);
  if (request.unread_only && is_only_unread(request)) {
    return serve(ListUnread{request.conversation, request.window}, answer);
  }
  if (request.unread_only) return start_unread_search(request, std::move(filter), answer);
  const Window& window = request.window;
  auto ask = [filter, page = storage::PageRequest{window.offset, window.limit + 1}](
                 storage::Reader& reader) { return reader.messages(filter, page); };
  query<storage::Page<storage::MessagePlace>>(
      ask, refusing(answer),
      [this, request, answer](const storage::Page<storage::MessagePlace>& found) {
        if (request.window.offset > 0 && request.window.offset >= found.count) {
          return answer.deliver(fail(ErrorCode::invalid_page));
        }
        std::vector<Place> places;
        for (const storage::MessagePlace& place : found.rows) {
          places.push_back({place.conversation, place.id, place.seq});
        }
        give_places(found.count, std::move(places), request.window.limit, {id_, request.role},
                    RenderAs::message, std::nullopt, answer);
      });
}

void UserHost::start_unread_search(const SearchMessages& request, storage::MessageFilter filter,
                                   const Answer<ListView>& answer) {
  auto search = std::make_shared<UnreadSearch>();
  search->request = request;
  search->filter = std::move(filter);
  search->filter.visible_to = id_;
  search->filter.oldest_first = false;
  search->filter.older_than.reset();
  search->answer = answer;
  std::vector<ConversationId> conversations;
  for (const auto& [conversation, membership] : memberships_) {
    if (!request.conversation || *request.conversation == conversation) {
      conversations.push_back(conversation);
    }
  }
  auto then = [this, search, conversations](const std::vector<SeqBits>& sets) {
    for (std::size_t i = 0; i < sets.size(); ++i) {
      auto unread = storage::SeqSet::parse(sets[i].bytes);
      if (unread && !unread->empty()) search->unread.emplace(conversations[i], *unread);
    }
    search_unread(search);
  };
  auto gather = Gather<SeqBits>::of(
      conversations.size(), resumed_or<std::vector<SeqBits>>(refusing(answer), std::move(then)));
  for (std::size_t i = 0; i < conversations.size(); ++i) {
    auto slot = Gather<SeqBits>::slot(gather, i);
    // A conversation that has just gone has nothing to show.
    Answer<SeqBits> lenient([slot](Result<SeqBits> set) {
      bool gone = set.has_error() && set.error().code == ErrorCode::not_found;
      slot.deliver(gone ? Result<SeqBits>(SeqBits{}) : std::move(set));
    });
    context_->conversations.ask(conversations[i], ShowUnreadSet{as_caller()}, std::move(lenient));
  }
}

void UserHost::search_unread(const std::shared_ptr<UnreadSearch>& search) {
  constexpr std::uint32_t kChunk = 500;
  auto ask = [filter = search->filter](storage::Reader& reader) {
    return reader.messages(filter, {0, kChunk});
  };
  query<storage::Page<storage::MessagePlace>>(
      ask, refusing(search->answer),
      [this, search](const storage::Page<storage::MessagePlace>& chunk) {
        for (const storage::MessagePlace& row : chunk.rows) {
          auto unread = search->unread.find(row.conversation);
          if (unread != search->unread.end() && unread->second.contains(row.seq)) {
            search->matches.push_back({row.conversation, row.id, row.seq});
          }
        }
        if (chunk.rows.size() < kChunk) return give_unread_matches(*search);
        search->filter.older_than = chunk.rows.back().id;
        search_unread(search);
      });
}

void UserHost::give_unread_matches(UnreadSearch& search) {
  std::vector<Place>& matches = search.matches;
  if (search.request.oldest_first) std::reverse(matches.begin(), matches.end());
  const Window& window = search.request.window;
  std::uint64_t count = matches.size();
  if (window.offset > 0 && window.offset >= count) {
    return search.answer.deliver(fail(ErrorCode::invalid_page));
  }
  matches.erase(matches.begin(), matches.begin() + static_cast<std::ptrdiff_t>(window.offset));
  if (window.older_than) {
    std::erase_if(matches, [&](const Place& place) { return place.id >= *window.older_than; });
  }
  give_places(count, std::move(matches), window.limit, as_caller(), RenderAs::message, std::nullopt,
              search.answer);
}

}  // namespace confab::actors
