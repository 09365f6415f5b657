#include "actors/cluster/requests.hpp"

#include <array>
#include <optional>
#include <type_traits>
#include <utility>

#include "actors/cluster/codec.hpp"
#include "actors/cluster/kinds.hpp"
#include "actors/context.hpp"

namespace confab::actors::cluster {

namespace {

/// Requests that must not be sent twice when it is unknown whether they have been done. The others
/// change nothing, or nothing more the second time.
template <class Request>
inline constexpr bool kOnce =
    std::is_same_v<Request, SendMessage> || std::is_same_v<Request, RemoveMessage> ||
    std::is_same_v<Request, RemoveParticipant> || std::is_same_v<Request, RemoveConversation> ||
    std::is_same_v<Request, ChangeMessage> || std::is_same_v<Request, ChangeUser> ||
    std::is_same_v<Request, DeleteAccount> || std::is_same_v<Request, CreateConversation> ||
    std::is_same_v<Request, ClaimRetryKey> || std::is_same_v<Request, RegisterUser> ||
    std::is_same_v<Request, LogIn> || std::is_same_v<Request, StartSession> ||
    std::is_same_v<Request, ChangePassword> || std::is_same_v<Request, CreateFirstAdmin> ||
    std::is_same_v<Request, PrepareReading>;

template <class Wanted, std::size_t I = 0>
constexpr std::uint16_t number_of() {
  if constexpr (std::is_same_v<Wanted, std::tuple_element_t<I, Kinds>>) {
    return I;
  } else {
    return number_of<Wanted, I + 1>();
  }
}

storage::ShardIndex shard_of_key(ConversationId key) { return shard_of(key); }
storage::ShardIndex shard_of_key(UserId key) { return shard_of(key); }
storage::ShardIndex shard_of_key(Desk desk) { return desk.shard; }

std::int64_t number_of_key(ConversationId key) { return key.value; }
std::int64_t number_of_key(UserId key) { return key.value; }
std::int64_t number_of_key(Desk) { return 0; }

/// For whom a request is made; nobody: for the cluster itself, or for whoever is not known yet.
template <class Key, class Request>
Caller caller_of(Key key, const Request& request) {
  if constexpr (requires { request.caller; }) {
    return request.caller;
  } else if constexpr (std::is_same_v<Key, UserId>) {
    Caller caller{key, Role::guest};
    if constexpr (requires { caller.role = request.role; }) caller.role = request.role;
    return caller;
  } else {
    return {};
  }
}

template <class Request>
std::optional<RetryKey> retry_of(const Request& request) {
  if constexpr (requires { request.retry; }) {
    return request.retry;
  } else {
    return std::nullopt;
  }
}

/// An earlier attempt may have stored the effect, and the answer along with it.
template <class Request>
constexpr bool kKeepsItsAnswer = std::is_same_v<typename Request::Reply, ResourceView> &&
                                 !std::is_same_v<Request, ClaimRetryKey>;

template <class Reply>
EnvelopeReply reply_of(const Result<Reply>& result) {
  if (result.has_value()) return {Verdict::done, {}, encode(result.value())};
  return {Verdict::failed, result.error(), {}};
}

/// Answers with what that attempt has stored; if there is nothing yet, it is still at work.
void replay(const Context& context, UserId user, const RetryKey& retry,
            std::function<void(EnvelopeReply)> reply) {
  Answer<ResourceView> answer(
      [reply = std::move(reply)](const Result<ResourceView>& result) { reply(reply_of(result)); });
  context.persistence.read<storage::IdempotencyRecord>(
      [user, key = retry.key](storage::Reader& reader) { return reader.reply(user, key); },
      [fingerprint = retry.fingerprint, answer](Result<storage::IdempotencyRecord> found) {
        const bool is_same = found.has_value() && found.value().fingerprint == fingerprint;
        if (!is_same) return answer.deliver(fail(ErrorCode::idempotency_running));
        storage::IdempotencyRecord& record = found.value();
        answer.deliver(ResourceView{std::move(record.body), {}, record.status, true});
      });
}

template <class Request>
void ask_owner(const Context& context, ConversationId key, storage::Fence fence, Request request,
               Answer<typename Request::Reply> answer) {
  context.conversations.ask_as_owner(key, fence, std::move(request), std::move(answer));
}

template <class Request>
void ask_owner(const Context& context, UserId key, storage::Fence fence, Request request,
               Answer<typename Request::Reply> answer) {
  context.users.ask_as_owner(key, fence, std::move(request), std::move(answer));
}

template <class Request>
void ask_owner(const Context& context, Desk, storage::Fence, Request request,
               Answer<typename Request::Reply> answer) {
  context.ask_authenticator(std::move(request), std::move(answer));
}

template <class Key>
Key key_from(const ForwardedCall& call) {
  if constexpr (std::is_same_v<Key, Desk>) {
    return Desk{call.shard};
  } else {
    return Key{call.key};
  }
}

template <std::size_t I>
void serve_kind(const Context& context, storage::Fence fence, const ForwardedCall& call,
                std::function<void(EnvelopeReply)> reply) {
  using Request = typename std::tuple_element_t<I, Kinds>::Request;
  using Key = typename std::tuple_element_t<I, Kinds>::Key;
  using Outcome = Result<typename Request::Reply>;
  auto decoded = decode<Request>(call.body);
  if (!decoded.has_value()) return reply({Verdict::failed, decoded.error(), {}});
  Request& request = decoded.value();
  const Key key = key_from<Key>(call);
  const Caller caller = caller_of(key, request);
  if (caller.user != call.user || caller.role != call.role) {
    return reply({Verdict::failed, fail(ErrorCode::not_allowed, "made for somebody else"), {}});
  }
  Answer<typename Request::Reply> answer([reply = std::move(reply), &context, fence,
                                          may_again = may_repeat(request), user = caller.user,
                                          retry = retry_of(request)](const Outcome& outcome) {
    const ErrorCode error = outcome.has_error() ? outcome.error().code : ErrorCode{};
    const bool failed = outcome.has_error();
    if (kKeepsItsAnswer<Request> && retry && failed && error == ErrorCode::idempotency_running) {
      return replay(context, user, *retry, reply);
    }
    // Its actor may have ended with the ownership.
    const bool cut_off = error == ErrorCode::overloaded && may_again && fence.epoch != 0 &&
                         !context.router->holds(fence);
    const bool lost = failed && (cut_off || error == ErrorCode::shard_lost);
    if (lost) return reply({Verdict::not_owner, outcome.error(), {}});
    reply(reply_of(outcome));
  });
  ask_owner(context, key, fence, std::move(request), std::move(answer));
}

using ServeKind = void (*)(const Context&, storage::Fence, const ForwardedCall&,
                           std::function<void(EnvelopeReply)>);

template <std::size_t... I>
constexpr std::array<ServeKind, sizeof...(I)> serve_table(std::index_sequence<I...>) {
  return {serve_kind<I>...};
}

}  // namespace

template <class Request>
bool may_repeat(const Request& request) {
  // Without its answer, a key would only find itself in its own way.
  const bool has_key = retry_of(request) && !std::is_same_v<Request, ReleaseRetryKey>;
  return has_key ? kKeepsItsAnswer<Request> : !kOnce<Request>;
}

template <class Key, class Request>
void forward(Router& router, Key key, const Request& request,
             const Answer<typename Request::Reply>& answer) {
  const Caller caller = caller_of(key, request);
  ForwardedCall call;
  call.shard = shard_of_key(key);
  call.kind = number_of<Kind<Key, Request>>();
  call.key = number_of_key(key);
  call.user = caller.user;
  call.role = caller.role;
  if constexpr (kKeepsItsAnswer<Request>) {
    if (const auto retry = retry_of(request)) call.retry_key = retry->key;
  }
  call.is_repeatable = may_repeat(request);
  call.body = encode(request);
  router.forward(std::move(call), [answer](Result<std::string> bytes) {
    if (!bytes.has_value()) return answer.deliver(bytes.error());
    answer.deliver(decode<typename Request::Reply>(bytes.value()));
  });
}

void serve(const Context& context, storage::Fence fence, const ForwardedCall& call,
           std::function<void(EnvelopeReply)> reply) {
  constexpr std::size_t kCount = std::tuple_size_v<Kinds>;
  static constexpr auto table = serve_table(std::make_index_sequence<kCount>());
  if (call.kind >= kCount) {
    return reply({Verdict::failed, fail(ErrorCode::overloaded, "a request of a newer build"), {}});
  }
  table[call.kind](context, fence, call, std::move(reply));
}

namespace {

/// Never called: taking the addresses instantiates both for every kind, and they are kept.
template <std::size_t... I>
auto instantiate(std::index_sequence<I...>) {
  return std::tuple(std::pair(&forward<typename std::tuple_element_t<I, Kinds>::Key,
                                       typename std::tuple_element_t<I, Kinds>::Request>,
                              &may_repeat<typename std::tuple_element_t<I, Kinds>::Request>)...);
}
[[gnu::used]] const auto kInstances =
    instantiate(std::make_index_sequence<std::tuple_size_v<Kinds>>());

}  // namespace

}  // namespace confab::actors::cluster
