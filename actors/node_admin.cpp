#include <utility>

#include "actors/node_impl.hpp"
#include "actors/representation/audit.hpp"
#include "actors/representation/json_text.hpp"

// What administrators look at.

namespace confab::actors {

void Node::list(ListAudit request, Callback<ListView> callback) {
  Answer<ListView> answer(std::move(callback));
  const storage::PageRequest page{request.offset, request.limit};
  impl_->persistence->read<storage::Page<storage::AuditRow>>(
      [filter = std::move(request.filter), page](storage::Reader& reader) {
        return reader.audit(filter, page);
      },
      [page, answer](const Result<storage::Page<storage::AuditRow>>& found) {
        if (!found.has_value()) return answer.deliver(found.error());
        if (page.offset > 0 && page.offset >= found.value().count) {
          return answer.deliver(fail(ErrorCode::invalid_page));
        }
        ListView list;
        list.count = found.value().count;
        for (const storage::AuditRow& row : found.value().rows) {
          append_item(list.items, audit_json(row));
          ++list.size;
        }
        list.more = page.offset + list.size < list.count;
        list.etag = etag_of_list(list.count, list.more, list.items);
        answer.deliver(std::move(list));
      });
}

void Node::removal_of(UserId user, Callback<storage::Removal> callback) {
  Answer<storage::Removal> answer(std::move(callback));
  impl_->persistence->read<storage::Removal>(
      [user](storage::Reader& reader) -> Result<storage::Removal> {
        BOOST_OUTCOME_TRY(account, reader.user(storage::UserKey{user}));
        return reader.removal(account.id);
      },
      [answer](Result<storage::Removal> removal) { answer.deliver(std::move(removal)); });
}

void Node::statistics(Callback<Statistics> callback) {
  Answer<Statistics> answer(std::move(callback));
  impl_->persistence->read<storage::Totals>(
      [](storage::Reader& reader) { return reader.totals(); },
      [impl = impl_.get(), answer](const Result<storage::Totals>& totals) {
        if (!totals.has_value()) return answer.deliver(totals.error());
        const Timestamp now = storage::now();
        Statistics statistics;
        statistics.totals = totals.value();
        statistics.online = impl->presence.online(now).size();
        statistics.streams = impl->presence.streams();
        statistics.written = impl->statistics.figures(now);
        statistics.awake_users = impl->users.awake();
        statistics.awake_conversations = impl->conversations.awake();
        statistics.started_at = impl->started_at;
        answer.deliver(std::move(statistics));
      });
}

}  // namespace confab::actors
