#include "storage/sql/reader.hpp"
#include "storage/sql/search_query.hpp"
#include "storage/sql/text.hpp"

namespace confab::storage {

namespace {

/// A query on the table of messages, gathered condition by condition.
class MessageQuery {
 public:
  explicit MessageQuery(Dialect dialect) : dialect_(dialect), parameters_(dialect) {}

  template <class T>
  void require(std::string_view condition, const T& value) {
    where_ += where_.empty() ? " WHERE " : " AND ";
    where_ += condition;
    parameters_.add(value);
  }

  /// In SQLite the index of words leads, and its row number tells the message's place.
  void require_words(const std::vector<SearchTerm>& terms) {
    if (dialect_ == Dialect::postgres) {
      require("m.words @@ CAST(:words AS tsquery)", to_tsquery(terms));
      return;
    }
    from_ =
        "message_words w CROSS JOIN messages m "
        "ON m.conversation_id = (w.rowid >> 32) AND m.seq = (w.rowid & 4294967295)";
    conversation_ = "(w.rowid >> 32)";
    require("w.words MATCH :words", to_fts5(terms));
  }

  void require_visible_to(UserId user) {
    require(conversation_ +
                " IN (SELECT conversation_id FROM members WHERE user_id = :viewer "
                "AND has_left = 0)",
            user);
  }

  void require_conversation(ConversationId id) {
    require(conversation_ + " = :conversation_id", id);
  }

  std::uint64_t count(Session& session) {
    std::uint64_t rows = 0;
    session.each_of<std::uint64_t>("SELECT count(*) FROM " + from_ + where_, parameters_,
                                   [&](std::uint64_t n) { rows = n; });
    return rows;
  }

  /// `order` names columns of the result. What is found is set down before it is sorted: walking an
  /// index in the wished order and filtering may mean walking all of it.
  std::vector<MessagePlace> page(Session& session, std::string_view order, PageRequest page) {
    std::string sql = "WITH hits AS MATERIALIZED (SELECT m.id, m.conversation_id, m.seq FROM ";
    sql += from_ + where_;
    sql += ") SELECT id, conversation_id, seq FROM hits ORDER BY ";
    sql += order;
    return select(session, std::move(sql), page);
  }

  /// Within one conversation, whose index has the order already.
  std::vector<MessagePlace> neighbours(Session& session, std::string_view order, PageRequest page) {
    std::string sql = "SELECT m.id, m.conversation_id, m.seq FROM ";
    sql += from_ + where_;
    sql += " ORDER BY ";
    sql += order;
    return select(session, std::move(sql), page);
  }

 private:
  std::vector<MessagePlace> select(Session& session, std::string sql, PageRequest page) {
    sql += " LIMIT :limit OFFSET :offset";
    parameters_.add(page.limit);
    parameters_.add(page.offset);
    std::vector<MessagePlace> places;
    session.each_of<MessageId, ConversationId, Seq>(
        sql, parameters_, [&](MessageId id, ConversationId conversation, Seq seq) {
          places.push_back({id, conversation, seq});
        });
    return places;
  }

  Dialect dialect_;
  Parameters parameters_;
  std::string from_ = "messages m";
  std::string where_;
  std::string conversation_ = "m.conversation_id";
};

/// Whether the maintained counters of messages know how many rows there are.
bool is_counted(const MessageFilter& filter) {
  return !filter.sender && !filter.receiver && filter.search.empty() && !filter.sent_after &&
         !filter.sent_before;
}

std::uint64_t counted(Session& session, const MessageFilter& filter) {
  std::string sql = "SELECT COALESCE(sum(c.message_count), 0) FROM conversations c WHERE 1 = 1";
  Parameters parameters(session.dialect());
  if (filter.conversation) {
    sql += " AND c.id = :id";
    parameters.add(*filter.conversation);
  }
  if (filter.visible_to) {
    sql +=
        " AND c.id IN (SELECT conversation_id FROM members WHERE user_id = :viewer "
        "AND has_left = 0)";
    parameters.add(filter.visible_to);
  }
  std::uint64_t count = 0;
  session.each_of<std::uint64_t>(sql, parameters, [&](std::uint64_t n) { count = n; });
  return count;
}

/// The last place whose message, like all before it, is older than `bound`: ids grow with places,
/// so halving finds it.
Seq last_place_before(Session& session, ConversationId conversation, MessageId bound) {
  return session
      .value<Seq>(
          "WITH RECURSIVE halving (low, high) AS ("
          "SELECT 0, last_seq FROM conversations WHERE id = :id "
          "UNION ALL SELECT "
          "CASE WHEN COALESCE((SELECT m.id FROM messages m WHERE m.conversation_id = :within_low "
          "AND m.seq <= (low + high + 1) / 2 ORDER BY m.seq DESC LIMIT 1) < {uuid :bound_low}, "
          "1 = 1) THEN (low + high + 1) / 2 ELSE low END, "
          "CASE WHEN COALESCE((SELECT m.id FROM messages m WHERE m.conversation_id = :within_high "
          "AND m.seq <= (low + high + 1) / 2 ORDER BY m.seq DESC LIMIT 1) < {uuid :bound_high}, "
          "1 = 1) THEN high ELSE (low + high + 1) / 2 - 1 END "
          "FROM halving WHERE low < high) "
          "SELECT max(low) FROM halving",
          conversation, conversation, bound, conversation, bound)
      .value_or(Seq{});
}

void apply_filter(MessageQuery& query, const MessageFilter& filter) {
  if (!filter.search.empty()) query.require_words(parse_search(filter.search));
  if (filter.conversation) query.require_conversation(*filter.conversation);
  if (filter.visible_to) query.require_visible_to(filter.visible_to);
  if (filter.sender) query.require("m.sender_id = :sender_id", *filter.sender);
  if (filter.receiver) query.require("m.receiver_id = :receiver_id", *filter.receiver);
  if (filter.sent_after) query.require("m.sent_at >= :sent_after", *filter.sent_after);
  if (filter.sent_before) query.require("m.sent_at < :sent_before", *filter.sent_before);
}

Page<MessagePlace> select_page(Session& session, const MessageFilter& filter, PageRequest page) {
  const Snapshot snapshot(session);
  MessageQuery query(session.dialect());
  apply_filter(query, filter);
  Page<MessagePlace> found;
  found.count = is_counted(filter) ? counted(session, filter) : query.count(session);
  const bool one_conversation = filter.conversation && filter.search.empty();
  if (one_conversation) {
    if (filter.older_than) {
      query.require("m.seq <= :bound",
                    last_place_before(session, *filter.conversation, *filter.older_than));
    }
    found.rows = query.neighbours(session, filter.oldest_first ? "m.seq" : "m.seq DESC", page);
  } else {
    if (filter.older_than) query.require("m.id < {uuid :bound}", *filter.older_than);
    found.rows = query.page(session, filter.oldest_first ? "id" : "id DESC", page);
  }
  return found;
}

}  // namespace

Result<Page<MessagePlace>> SqlReader::messages(const MessageFilter& filter, PageRequest page) {
  if (!filter.search.empty() && parse_search(filter.search).empty()) return Page<MessagePlace>{};
  return reading([&](Session& session) -> Result<Page<MessagePlace>> {
    return select_page(session, filter, page);
  });
}

}  // namespace confab::storage
