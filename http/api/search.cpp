#include "http/api/handlers.hpp"
#include "http/api/resolve.hpp"
#include "http/pagination/list.hpp"
#include "http/text/unicode.hpp"

namespace confab::http::api {

using actors::ConversationId;
using actors::SearchMessages;
using actors::UserId;
using storage::ErrorCode;

namespace {

constexpr std::size_t kMaxSearch = 200;

/// A search on its way: filters that name something are turned into ids one after the other.
struct Search {
  SearchMessages question;
  std::optional<actors::ConversationRef> conversation;
  std::optional<actors::UserRef> sender;
  std::optional<actors::UserRef> receiver;
};

/// A '+' that was not escaped has become a space: 2025-07-30T10:00:00 02:00.
std::optional<storage::Timestamp> read_time(std::string_view text) {
  std::string mended(text);
  const std::size_t space = mended.rfind(' ');
  if (space != std::string::npos && space > mended.find('T')) mended[space] = '+';
  return storage::parse_time(mended);
}

/// Reads filters and collects what is wrong with them.
class FilterReader {
 public:
  explicit FilterReader(const Query& query) : query_(query) {}

  std::optional<bool> flag(std::string_view name) {
    auto value = read_flag(query_, name);
    if (auto* problem = std::get_if<Problem>(&value)) refuse(std::move(*problem));
    const auto* flag = std::get_if<std::optional<bool>>(&value);
    return flag ? *flag : std::nullopt;
  }

  std::optional<storage::Timestamp> time(std::string_view name) {
    const auto text = query_.get(name);
    if (!text || text->empty()) return std::nullopt;
    const auto time = read_time(*text);
    if (!time) refuse(field_problem(name, "Enter a valid date/time."));
    return time;
  }

  std::string search() {
    const auto text = trim_space(query_.get("search").value_or(""));
    if (count_characters(text) > kMaxSearch) {
      refuse(field_problem("search", "Ensure this value has at most 200 characters."));
    }
    return std::string(text);
  }

  template <class Ref>
  std::optional<Ref> ref(std::initializer_list<std::string_view> names,
                         std::optional<Ref> (*parse)(std::string_view)) {
    const auto text = query_.get_any(names);
    if (!text || text->empty()) return std::nullopt;
    auto ref = parse(*text);
    if (!ref) refuse(field_problem(*names.begin(), "Enter a valid id."));
    return ref;
  }

  const std::optional<Problem>& problem() const { return problem_; }

 private:
  void refuse(Problem problem) {
    if (!problem_) problem_ = std::move(problem);
  }

  const Query& query_;
  std::optional<Problem> problem_;
};

void run(const ExchangePtr& exchange, const SearchMessages& question) {
  const Walk walk = question.oldest_first ? Walk::pages : Walk::pages_or_cursor;
  answer_list(exchange, walk, [exchange, question](actors::Window window, auto callback) {
    SearchMessages part = question;
    part.window = window;
    exchange->node().ask(exchange->caller().user, std::move(part), std::move(callback));
  });
}

/// A filter by something that does not exist finds nothing, like one by something hidden.
template <class Id, class Store>
auto or_nothing(const ExchangePtr& exchange, Store store) {
  return [exchange, store](storage::Result<Id> result) mutable {
    exchange->guard([&] {
      if (result.has_value()) return store(result.assume_value());
      if (result.assume_error().code == ErrorCode::not_found) return answer_empty_list(exchange);
      exchange->fail(result.assume_error());
    });
  };
}

void resolve_receiver(const ExchangePtr& exchange, Search search) {
  if (!search.receiver) return run(exchange, search.question);
  const actors::UserRef ref = *search.receiver;
  exchange->node().resolve(ref, or_nothing<UserId>(exchange, [exchange, search](UserId id) mutable {
                             search.question.receiver = id;
                             run(exchange, search.question);
                           }));
}

void resolve_sender(const ExchangePtr& exchange, Search search) {
  if (!search.sender) return resolve_receiver(exchange, std::move(search));
  const actors::UserRef ref = *search.sender;
  exchange->node().resolve(ref, or_nothing<UserId>(exchange, [exchange, search](UserId id) mutable {
                             search.question.sender = id;
                             resolve_receiver(exchange, std::move(search));
                           }));
}

void resolve_conversation(const ExchangePtr& exchange, Search search) {
  if (!search.conversation) return resolve_sender(exchange, std::move(search));
  const actors::ConversationRef ref = *search.conversation;
  exchange->node().resolve(
      ref, or_nothing<ConversationId>(exchange, [exchange, search](ConversationId id) mutable {
        search.question.conversation = id;
        resolve_sender(exchange, std::move(search));
      }));
}

}  // namespace

void list_messages(const ExchangePtr& exchange) {
  const Query& query = exchange->call().query;
  FilterReader filters(query);
  Search search;
  SearchMessages& question = search.question;
  question.role = exchange->caller().role;
  question.everything = filters.flag("all").value_or(false) && exchange->caller().is_admin();
  question.unread_only = filters.flag("unread").value_or(false);
  question.sent_after = filters.time("sent_after");
  question.sent_before = filters.time("sent_before");
  question.search = filters.search();
  question.oldest_first = is_oldest_first(query);
  search.conversation = filters.ref({"conversation", "conversation_id"}, parse_conversation_ref);
  search.sender = filters.ref({"sender"}, parse_user_ref);
  search.receiver = filters.ref({"receiver"}, parse_user_ref);
  if (filters.problem()) return exchange->fail(*filters.problem());
  resolve_conversation(exchange, std::move(search));
}

}  // namespace confab::http::api
