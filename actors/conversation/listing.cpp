#include <algorithm>
#include <memory>
#include <utility>

#include "actors/conversation/conversation_host.hpp"
#include "actors/representation/json_text.hpp"
#include "actors/representation/resources.hpp"
#include "actors/rules/list_position.hpp"
#include "actors/rules/thread_order.hpp"
#include "config/metrics.hpp"

namespace confab::actors {

namespace {

/// How often a message that somebody wanted was in memory.
struct CacheMetrics {
  metrics::Counter hits =
      metrics::counter("confab_message_cache_hits_total", "Messages read from memory.");
  metrics::Counter misses =
      metrics::counter("confab_message_cache_misses_total", "Messages read from the database.");
};

const CacheMetrics& cache_metrics() {
  static const CacheMetrics metrics;
  return metrics;
}

}  // namespace

void ConversationHost::with_messages(const std::vector<Seq>& seqs, OnError failed,
                                     const OnMessages& then) {
  Messages found;
  found.reserve(seqs.size());
  std::vector<Seq> missing;
  for (Seq seq : seqs) {
    CachedMessage* cached = cache_.find(seq);
    if (cached != nullptr) {
      found.push_back(cached);
    } else {
      missing.push_back(seq);
    }
  }
  cache_metrics().hits.add(static_cast<double>(found.size()));
  if (missing.empty()) {
    then(found);
    return;
  }
  cache_metrics().misses.add(static_cast<double>(missing.size()));
  // All of them: what is in memory now may have been pushed out of it when the answer comes.
  auto fetch = [id = id_, seqs](storage::Reader& reader) { return reader.messages(id, seqs); };
  query<std::vector<storage::Message>>(
      fetch, std::move(failed), [this, seqs, then](std::vector<storage::Message> fetched) {
        std::unordered_map<Seq, CachedMessage> older;
        for (storage::Message& message : fetched) {
          older.emplace(message.seq, CachedMessage{std::move(message), {}, 0});
        }
        Messages all;
        for (Seq seq : seqs) {
          // Memory wins: it may have changed while the query ran.
          CachedMessage* cached = cache_.find(seq);
          auto other = older.find(seq);
          if (cached == nullptr && other != older.end()) cached = &other->second;
          if (cached != nullptr && state_->live().contains(seq)) all.push_back(cached);
        }
        then(all);
      });
}

void ConversationHost::with_message(Seq seq, OnError failed,
                                    std::function<void(CachedMessage&)> then) {
  if (!state_->live().contains(seq)) {
    failed(fail(ErrorCode::not_found));
    return;
  }
  with_messages({seq}, failed, [failed, then = std::move(then)](const Messages& messages) {
    if (messages.empty()) {
      failed(fail(ErrorCode::not_found));
    } else {
      then(*messages.front());
    }
  });
}

void ConversationHost::serve(const ListMessages& request, const Answer<ListView>& answer) {
  if (!state_->visible_to(request.caller)) return answer.deliver(fail(ErrorCode::not_found));
  const storage::SeqSet& all = request.with_replies ? state_->live() : state_->top_level();
  const Window& window = request.window;
  std::uint64_t count = all.size();
  if (window.offset > 0 && window.offset >= count) {
    return answer.deliver(fail(ErrorCode::invalid_page));
  }
  // One more than asked for tells whether there are older ones.
  std::size_t limit = window.limit + std::size_t{1};
  std::vector<Seq> seqs;
  if (request.oldest_first) {
    std::vector<Seq> every = all.to_vector();
    auto first =
        every.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(window.offset, count));
    auto last =
        first + std::min<std::ptrdiff_t>(every.end() - first, static_cast<std::ptrdiff_t>(limit));
    seqs.assign(first, last);
  } else if (window.older_than) {
    seqs = all.newest_before(Seq{list_number(*window.older_than)}, limit);
  } else {
    seqs = all.newest(window.offset, limit);
  }
  bool more = seqs.size() > window.limit;
  if (more) seqs.pop_back();

  // Both made now: if something changes while older messages are fetched, the list may be newer
  // than its validator and its stamp say, but never older.
  auto stamp = context_->pages.stamp(activity_, fence_);
  std::string etag = list_etag(request.caller, request.window,
                               (request.with_replies ? 1 : 0) + (request.oldest_first ? 2 : 0));
  with_messages(seqs, refusing(answer),
                [this, request, count, more, stamp, etag, answer](const Messages& found) {
                  if (!state_->visible_to(request.caller)) {
                    return answer.deliver(fail(ErrorCode::not_found));
                  }
                  ListView list = list_view(count, found, request.caller);
                  if (!found.empty()) list.last = list_position(found.back()->message.seq.value);
                  list.more = more;
                  list.etag = etag;
                  context_->pages.put(id_, request, stamp, list);
                  answer.deliver(std::move(list));
                });
}

void ConversationHost::serve(const ShowThread& request, const Answer<ListView>& answer) {
  if (!state_->visible_to(request.caller)) return answer.deliver(fail(ErrorCode::not_found));
  struct Thread {
    Seq root;
    std::vector<storage::ThreadNode> nodes;
  };
  auto ask = [id = id_, root = request.root](storage::Reader& reader) -> Result<Thread> {
    BOOST_OUTCOME_TRY(places, reader.places({root}));
    if (places.empty() || places.front().conversation != id) return fail(ErrorCode::not_found);
    Seq seq = places.front().seq;
    BOOST_OUTCOME_TRY(nodes, reader.thread(id, seq));
    return Thread{seq, std::move(nodes)};
  };
  query<Thread>(ask, refusing(answer), [this, request, answer](const Thread& thread) {
    bool is_visible = state_->visible_to(request.caller);
    if (!is_visible || !state_->live().contains(thread.root)) {
      return answer.deliver(fail(ErrorCode::not_found));
    }
    std::vector<Seq> order = thread_order(thread.root, thread.nodes);
    std::erase_if(order, [this](Seq seq) { return !state_->live().contains(seq); });
    const Window& window = request.window;
    std::size_t first = window.older_than ? list_number(*window.older_than) : window.offset;
    if (first > 0 && first >= order.size()) return answer.deliver(fail(ErrorCode::invalid_page));
    std::size_t last = std::min<std::size_t>(order.size(), first + window.limit);
    std::vector<Seq> shown(order.begin() + static_cast<std::ptrdiff_t>(first),
                           order.begin() + static_cast<std::ptrdiff_t>(last));
    storage::SeqSet seen;
    if (request.reads) {
      for (Seq seq : shown) seen.add(seq);
    }
    std::uint64_t count = order.size();
    read(request.caller.user, std::move(seen), std::nullopt, refusing(answer),
         [this, shown, last, count, caller = request.caller, answer](std::uint64_t) {
           with_messages(shown, refusing(answer),
                         [this, last, count, caller, answer](const Messages& found) {
                           ListView list = list_view(count, found, caller);
                           list.last = list_position(static_cast<std::uint32_t>(last));
                           list.more = last < count;
                           answer.deliver(std::move(list));
                         });
         });
  });
}

void ConversationHost::serve(const ShowHistory& request, const Answer<ListView>& answer) {
  if (!state_->visible_to(request.caller) || !state_->live().contains(request.seq)) {
    return answer.deliver(fail(ErrorCode::not_found));
  }
  const Window& window = request.window;
  storage::PageRequest page{window.older_than ? list_number(*window.older_than) : window.offset,
                            window.limit};
  auto ask = [id = id_, seq = request.seq, page](storage::Reader& reader) {
    return reader.revisions(id, seq, page);
  };
  query<storage::Page<storage::Revision>>(
      ask, refusing(answer),
      [this, page, caller = request.caller,
       answer](const storage::Page<storage::Revision>& revisions) {
        if (!state_->visible_to(caller)) return answer.deliver(fail(ErrorCode::not_found));
        if (page.offset > 0 && page.offset >= revisions.count) {
          return answer.deliver(fail(ErrorCode::invalid_page));
        }
        ListView list;
        list.count = revisions.count;
        for (const storage::Revision& revision : revisions.rows) {
          append_item(list.items, revision_json(revision, person(revision.edited_by)));
        }
        list.size = static_cast<std::uint32_t>(revisions.rows.size());
        std::uint64_t end = page.offset + revisions.rows.size();
        list.last = list_position(static_cast<std::uint32_t>(end));
        list.more = end < revisions.count;
        answer.deliver(std::move(list));
      });
}

void ConversationHost::serve(const RenderMessages& request, const Answer<Rendered>& answer) {
  Rendered empty{std::vector<std::string>(request.seqs.size())};
  if (!state_->visible_to(request.caller)) return answer.deliver(std::move(empty));
  with_messages(request.seqs, refusing(answer),
                [this, request, empty, answer](const Messages& found) mutable {
                  if (!state_->visible_to(request.caller)) {
                    return answer.deliver(std::move(empty));
                  }
                  auto next = found.begin();
                  for (std::size_t i = 0; i < request.seqs.size() && next != found.end(); ++i) {
                    if ((*next)->message.seq != request.seqs[i]) continue;
                    empty.items[i] = request.form == RenderAs::message
                                         ? render(*state_, **next, request.caller.user)
                                         : render_notification(**next, request.caller.user);
                    ++next;
                  }
                  answer.deliver(std::move(empty));
                });
}

void ConversationHost::serve(const ShowConversation& request, const Answer<ResourceView>& answer) {
  if (!state_->visible_to(request.caller)) return answer.deliver(fail(ErrorCode::not_found));
  show_conversation(request.caller.user, true, answer);
}

void ConversationHost::serve(const SummarizeConversation& request,
                             const Answer<ResourceView>& answer) {
  if (!state_->visible_to(request.caller)) return answer.deliver(fail(ErrorCode::not_found));
  show_conversation(request.caller.user, false, answer);
}

}  // namespace confab::actors
