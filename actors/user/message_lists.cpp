#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "actors/gather.hpp"
#include "actors/representation/json_text.hpp"
#include "actors/user/user_host.hpp"

namespace confab::actors {

namespace {

/// Lists kept per user: the first pages that clients poll.
constexpr std::size_t kKeptLists = 8;
/// Places kept per conversation: as many as the longest first page asks for.
constexpr std::uint32_t kKeptRefs = 101;

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value;
  hash *= 0x9E3779B97F4A7C15ull;
  return hash ^ (hash >> 29);
}

}  // namespace

std::uint64_t UserHost::fingerprint() const {
  // Summed, because a hash map has no order of its own.
  std::uint64_t sum = 0;
  for (const auto& [conversation, membership] : memberships_) {
    sum += mix(static_cast<std::uint64_t>(conversation.value),
               membership.activity->version.load(std::memory_order_acquire));
  }
  return mix(mix(sum, membership_version_), context_->people.version());
}

bool UserHost::give_kept(const std::string& key, const Answer<ListView>& answer) {
  auto found = kept_lists_.find(key);
  if (!remembers_others() || found == kept_lists_.end() ||
      found->second.fingerprint != fingerprint())
    return false;
  answer.deliver(found->second.list);
  return true;
}

void UserHost::ask_refs(ListKind kind, ConversationId conversation,
                        std::optional<MessageId> older_than, std::uint32_t limit,
                        Answer<MessageRefs> answer) {
  if (kind == ListKind::unread) {
    context_->conversations.ask(conversation, ListUnreadHere{as_caller(), older_than, limit},
                                std::move(answer));
    return;
  }
  std::optional<bool> is_read;
  if (kind != ListKind::notifications) is_read = kind == ListKind::read_notifications;
  context_->conversations.ask(conversation,
                              ListNotificationsHere{as_caller(), is_read, older_than, limit},
                              std::move(answer));
}

void UserHost::gather_refs(ListKind kind, std::vector<ConversationId> conversations,
                           std::optional<MessageId> older_than, std::uint32_t limit, OnError failed,
                           std::function<void(std::uint64_t, std::vector<Place>)> then) {
  // He may have left some since they were listed.
  std::erase_if(conversations, [this](ConversationId one) { return !memberships_.contains(one); });
  std::vector<ConversationId> stale;
  std::unordered_map<ConversationId, Digest> digests;
  for (ConversationId conversation : conversations) {
    const Membership& membership = memberships_.at(conversation);
    auto digest = membership.digests.find(kind);
    bool fresh = remembers_others() && !older_than && digest != membership.digests.end() &&
                 digest->second.version == membership.activity->version.load() &&
                 digest->second.limit >= limit;
    if (fresh) {
      digests.emplace(conversation, digest->second);
    } else {
      stale.push_back(conversation);
    }
  }
  auto merge = [this, kind, conversations, stale, digests = std::move(digests), limit, older_than,
                then = std::move(then)](std::vector<MessageRefs> answers) mutable {
    for (std::size_t i = 0; i < stale.size(); ++i) {
      Digest digest{answers[i].version, answers[i].count, limit, std::move(answers[i].newest)};
      auto found = memberships_.find(stale[i]);
      const bool keeps = !older_than && limit <= kKeptRefs && found != memberships_.end();
      if (keeps) found->second.digests[kind] = digest;
      digests.emplace(stale[i], std::move(digest));
    }
    std::uint64_t count = 0;
    std::vector<Place> places;
    for (ConversationId conversation : conversations) {
      if (!memberships_.contains(conversation)) continue;
      const Digest& digest = digests.at(conversation);
      count += digest.count;
      for (const MessageRef& ref : digest.newest) places.push_back({conversation, ref.id, ref.seq});
    }
    std::sort(places.begin(), places.end(),
              [](const Place& a, const Place& b) { return a.id > b.id; });
    then(count, std::move(places));
  };
  if (stale.empty()) return merge({});
  auto gather = Gather<MessageRefs>::of(
      stale.size(), resumed_or<std::vector<MessageRefs>>(std::move(failed), std::move(merge)));
  for (std::size_t i = 0; i < stale.size(); ++i) {
    auto slot = Gather<MessageRefs>::slot(gather, i);
    // A conversation that has just gone has nothing to show.
    Answer<MessageRefs> lenient([slot](Result<MessageRefs> refs) {
      bool gone = refs.has_error() && refs.error().code == ErrorCode::not_found;
      slot.deliver(gone ? Result<MessageRefs>(MessageRefs{}) : std::move(refs));
    });
    ask_refs(kind, stale[i], older_than, limit, std::move(lenient));
  }
}

void UserHost::render_places(std::vector<Place> places, Caller caller, RenderAs form,
                             OnError failed, std::function<void(std::vector<std::string>)> then) {
  std::unordered_map<ConversationId, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < places.size(); ++i) groups[places[i].conversation].push_back(i);
  std::vector<std::vector<std::size_t>> slots;
  std::vector<std::pair<ConversationId, RenderMessages>> requests;
  for (auto& [conversation, indices] : groups) {
    RenderMessages request{caller, form, {}};
    for (std::size_t index : indices) request.seqs.push_back(places[index].seq);
    requests.emplace_back(conversation, std::move(request));
    slots.push_back(std::move(indices));
  }
  auto put_together = [slots = std::move(slots), size = places.size(),
                       then = std::move(then)](std::vector<Rendered> answers) {
    std::vector<std::string> items(size);
    for (std::size_t group = 0; group < slots.size(); ++group) {
      for (std::size_t i = 0; i < slots[group].size(); ++i) {
        items[slots[group][i]] = std::move(answers[group].items[i]);
      }
    }
    then(std::move(items));
  };
  auto gather = Gather<Rendered>::of(
      requests.size(),
      resumed_or<std::vector<Rendered>>(std::move(failed), std::move(put_together)));
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto slot = Gather<Rendered>::slot(gather, i);
    std::size_t size = requests[i].second.seqs.size();
    Answer<Rendered> lenient([slot, size](Result<Rendered> rendered) {
      bool gone = rendered.has_error() && rendered.error().code == ErrorCode::not_found;
      slot.deliver(gone ? Result<Rendered>(Rendered{std::vector<std::string>(size)})
                        : std::move(rendered));
    });
    context_->conversations.ask(requests[i].first, std::move(requests[i].second),
                                std::move(lenient));
  }
}

void UserHost::list_refs(ListKind kind, std::vector<ConversationId> conversations, RenderAs form,
                         const Window& window, std::optional<std::string> keep_as,
                         const Answer<ListView>& answer) {
  // One more than asked for tells whether there are older ones.
  const std::uint64_t end = window.offset + window.limit + 1;
  if (window.offset == 0) {
    return list_newest_refs(kind, std::move(conversations), form, window, end, std::move(keep_as),
                            answer);
  }
  // Nobody looks for the messages of a page before it is known to exist.
  auto look = [this, kind, conversations, form, window, end, keep_as, answer](
                  std::uint64_t count, const std::vector<Place>&) {
    if (window.offset >= count) return answer.deliver(fail(ErrorCode::invalid_page));
    list_newest_refs(kind, conversations, form, window, std::min(end, count), keep_as, answer);
  };
  gather_refs(kind, conversations, window.older_than, 0, refusing(answer), look);
}

void UserHost::list_newest_refs(ListKind kind, std::vector<ConversationId> conversations,
                                RenderAs form, const Window& window, std::uint64_t limit,
                                std::optional<std::string> keep_as,
                                const Answer<ListView>& answer) {
  // What is kept must not be newer than the versions that say so.
  std::uint64_t as_of = fingerprint();
  auto show = [this, form, window, keep_as, as_of, answer](std::uint64_t count,
                                                           std::vector<Place> places) {
    if (window.offset > 0 && window.offset >= count) {
      return answer.deliver(fail(ErrorCode::invalid_page));
    }
    places.erase(places.begin(),
                 places.begin() + static_cast<std::ptrdiff_t>(
                                      std::min<std::uint64_t>(window.offset, places.size())));
    std::optional<Keep> keep;
    if (keep_as) keep = Keep{*keep_as, as_of};
    give_places(count, std::move(places), window.limit, as_caller(), form, std::move(keep), answer);
  };
  gather_refs(kind, std::move(conversations), window.older_than, static_cast<std::uint32_t>(limit),
              refusing(answer), show);
}

void UserHost::give_places(std::uint64_t count, std::vector<Place> places, std::uint32_t limit,
                           Caller caller, RenderAs form, std::optional<Keep> keep,
                           const Answer<ListView>& answer) {
  ListView list;
  list.count = count;
  list.more = places.size() > limit;
  if (list.more) places.resize(limit);
  if (!places.empty()) list.last = places.back().id;
  render_places(
      std::move(places), caller, form, refusing(answer),
      [this, list, keep = std::move(keep), answer](const std::vector<std::string>& items) mutable {
        for (const std::string& item : items) {
          if (item.empty()) continue;
          append_item(list.items, item);
          ++list.size;
        }
        list.etag = etag_of_list(list.count, list.more, list.items);
        if (keep) {
          if (kept_lists_.size() >= kKeptLists) kept_lists_.clear();
          kept_lists_[keep->key] = {keep->fingerprint, list};
        }
        answer.deliver(std::move(list));
      });
}

void UserHost::serve(const ListUnread& request, const Answer<ListView>& answer) {
  std::vector<ConversationId> conversations;
  if (!request.conversation) {
    conversations = by_activity();
  } else if (memberships_.contains(*request.conversation)) {
    conversations.push_back(*request.conversation);
  }
  std::optional<std::string> key;
  if (request.window.offset == 0 && !request.window.older_than) {
    key = fmt::format("u{}.{}", request.window.limit,
                      request.conversation ? request.conversation->value : 0);
    if (give_kept(*key, answer)) return;
  }
  list_refs(ListKind::unread, std::move(conversations), RenderAs::message, request.window, key,
            answer);
}

void UserHost::serve(const ListNotifications& request, const Answer<ListView>& answer) {
  ListKind kind = ListKind::notifications;
  if (request.is_read) {
    kind = *request.is_read ? ListKind::read_notifications : ListKind::open_notifications;
  }
  std::optional<std::string> key;
  if (request.window.offset == 0 && !request.window.older_than) {
    key = fmt::format("n{}.{}", request.window.limit, static_cast<int>(kind));
    if (give_kept(*key, answer)) return;
  }
  list_refs(kind, by_activity(), RenderAs::notification, request.window, key, answer);
}

}  // namespace confab::actors
