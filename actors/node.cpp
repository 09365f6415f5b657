#include "actors/node.hpp"

#include <utility>

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/conversation/conversation_actor.hpp"
#include "actors/dispatcher/dispatcher.hpp"
#include "actors/node_impl.hpp"
#include "actors/representation/resources.hpp"
#include "actors/user/user_actor.hpp"

namespace confab::actors {

ActorSystemConfig::ActorSystemConfig(const config::Settings& settings) {
  add_message_types<caf::id_block::confab>();
  // In code and as an atom: as a string the policy is silently ignored. Sharing, because stealing
  // polls (a fifth of a core when there is little to do); a bounded throughput, because else one
  // busy actor starves all others.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", settings.worker_threads);
  set("scheduler.max-throughput", std::size_t{50});
  if (settings.is_clustered()) Cluster::configure(*this);
}

Node::Impl::Impl(const config::Settings& node_settings, std::unique_ptr<storage::Store> node_store)
    : settings(node_settings),
      store(std::move(node_store)),
      tokens(settings.secret_key.reveal()),
      system_config(settings),
      system(std::make_unique<caf::actor_system>(system_config)),
      persistence(std::make_unique<StorageActors>(*system, *store, statistics, after_commit())),
      conversations([this](ConversationId id, storage::Fence fence) {
        return system->spawn<caf::lazy_init>(conversation_actor, id, &context, fence);
      }),
      users([this](UserId id, storage::Fence fence) {
        return system->spawn<caf::lazy_init>(user_actor, id, &context, fence);
      }),
      context(make_context()),
      dispatcher_context(make_dispatcher_context()) {}

AfterCommit Node::Impl::after_commit() {
  AfterCommit after;
  after.log_grew = [this] {
    bell.log_grew();
    if (cluster) cluster->tell_log_grew();
  };
  after.accounts_changed = [this] {
    if (cluster) cluster->tell_accounts_changed();
  };
  return after;
}

Context Node::Impl::make_context() {
  return Context{
      .persistence = *persistence,
      .people = people,
      .activity = activity,
      .pages = pages,
      .presence = presence,
      .access = access,
      .erasures = erasures,
      .conversations = conversations,
      .users = users,
      .signal_typing =
          [this](UserTyping news) {
            if (cluster) cluster->tell_typing(news);
            caf::anon_send(dispatcher, std::move(news));
          },
      .router = nullptr,
      .authenticator = &authenticator,
      .cached_messages = static_cast<std::uint32_t>(settings.cached_messages),
      .max_participants = settings.max_participants,
  };
}

DispatcherContext Node::Impl::make_dispatcher_context() {
  return DispatcherContext{
      .persistence = *persistence,
      .conversations = conversations,
      .people = people,
      .presence = presence,
      .access = access,
      .bell = bell,
      .max_streams = settings.max_streams,
      .max_streams_per_user = settings.max_streams_per_user,
  };
}

void Node::Impl::start_actors() {
  dispatcher = system->spawn(notification_dispatcher, &dispatcher_context);
  bell.set_up([this] { caf::anon_send(dispatcher, LogGrew{}); });
  AuthenticatorContext auth{
      .settings = authenticator_settings(settings),
      .persistence = *persistence,
      .access = access,
      .tokens = tokens,
      .render_user = [](const storage::User& user) { return user_json(user, {}, true); },
      .change_password =
          [this](const Caller& caller, UserId user, std::string hash,
                 std::function<void(Result<Done>)> done) {
            store_password(caller, user, std::move(hash), std::move(done));
          },
      .renew_hash =
          [this](UserId user, std::string replaced, std::string hash) {
            ChangeUser change;
            change.caller = {user, Role::guest};
            change.password_hash = std::move(hash);
            change.renewed_from = std::move(replaced);
            users.ask(user, std::move(change), Answer<ResourceView>());
          },
  };
  authenticator = spawn_authenticator(*system, std::move(auth));
  housekeeper = spawn_housekeeper(*this);
}

void Node::Impl::observe() {
  using metrics::ObservedKind;
  auto watch = [this](const auto& directory, const std::string& kind) {
    observations.push_back(metrics::observe(
        ObservedKind::gauge, "confab_actors_awake", "Actors in memory.", {{"kind", kind}},
        [&directory] { return static_cast<double>(directory.awake()); }));
    observations.push_back(metrics::observe(
        ObservedKind::gauge, "confab_mailbox_messages", "Requests waiting in mailboxes.",
        {{"kind", kind}}, [&directory] { return static_cast<double>(directory.waiting()); }));
  };
  observations.push_back(
      metrics::observe(ObservedKind::counter, "confab_cluster_fenced_changes_total",
                       "Changes refused because their shard belongs to another node.", {},
                       [this] { return static_cast<double>(statistics.fenced()); }));
  watch(conversations, "conversation");
  watch(users, "user");
  observations.push_back(metrics::observe(
      ObservedKind::gauge, "confab_users_online", "Users active or with an open stream.", {},
      [this] { return static_cast<double>(presence.online(storage::now()).size()); }));
}

void Node::Impl::store_password(const Caller& caller, UserId user, std::string hash,
                                std::function<void(Result<Done>)> done) {
  ChangeUser change;
  change.caller = caller;
  change.password_hash = std::move(hash);
  users.ask(user, std::move(change),
            Answer<ResourceView>([done = std::move(done)](const Result<ResourceView>& result) {
              if (result.has_value()) {
                done(Done{});
              } else {
                done(result.error());
              }
            }));
}

Node::Node(const config::Settings& settings, std::unique_ptr<storage::Store> store)
    : impl_(std::make_unique<Impl>(settings, std::move(store))) {}

Node::~Node() { stop(); }

Result<bool> Node::start() {
  if (impl_->settings.is_clustered()) {
    BOOST_OUTCOME_TRY(cluster, Cluster::open(impl_->settings, *impl_->store));
    impl_->cluster = std::move(cluster);
  }
  const storage::NodeId self = impl_->cluster ? impl_->cluster->self() : storage::NodeId{};
  const auto readers = static_cast<unsigned>(impl_->settings.db_readers);
  BOOST_OUTCOME_TRY(started, impl_->persistence->start(readers, self));
  if (impl_->cluster) {
    impl_->context.router = impl_->cluster.get();
    impl_->dispatcher_context.router = impl_->cluster.get();
    impl_->conversations.join(impl_->cluster.get());
    impl_->users.join(impl_->cluster.get());
  }
  impl_->start_actors();
  impl_->observe();
  impl_->running = started;
  if (!impl_->cluster) return started;
  auto joined = impl_->join_cluster();
  if (!joined.has_value()) stop();
  return joined;
}

void Node::stop() {
  if (!impl_->running.exchange(false)) return;
  impl_->observations.clear();
  if (impl_->cluster) {
    impl_->cluster->leave();
    impl_->cluster->stop();
  }
  caf::anon_send_exit(impl_->housekeeper, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(impl_->authenticator, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(impl_->dispatcher, caf::exit_reason::user_shutdown);
  impl_->conversations.stop();
  impl_->users.stop();
  impl_->persistence->stop();
  // The actor system waits until every actor is gone; a handle held here would keep it waiting.
  impl_->housekeeper = nullptr;
  impl_->authenticator = nullptr;
  impl_->dispatcher = nullptr;
  impl_->system->await_all_actors_done();
}

template <class Request>
void Node::ask(ConversationId conversation, Request request,
               Callback<typename Request::Reply> callback) {
  impl_->conversations.ask(conversation, std::move(request),
                           Answer<typename Request::Reply>(std::move(callback)));
}

std::shared_ptr<const ListView> Node::Impl::newest_page(ConversationId conversation,
                                                        const ListMessages& look) {
  const auto found = pages.find(conversation, look);
  if (!found || (cluster && !cluster->holds(found->fence))) return nullptr;
  return found->page;
}

// What most reads look at is answered on the calling thread: no actor, no hand-over.
template <>
void Node::ask(ConversationId conversation, ListMessages look, Callback<ListView> callback) {
  if (auto page = impl_->newest_page(conversation, look)) return callback(*page);
  impl_->conversations.ask(conversation, std::move(look), Answer<ListView>(std::move(callback)));
}

template <class Request>
void Node::ask(UserId user, Request request, Callback<typename Request::Reply> callback) {
  impl_->users.ask(user, std::move(request), Answer<typename Request::Reply>(std::move(callback)));
}

namespace {

// What counts failures, or must not run twice at once, belongs to one node of a cluster.
storage::ShardIndex desk_of(const LogIn& request) { return cluster::shard_of(request.peer); }
storage::ShardIndex desk_of(const StartSession& request) { return cluster::shard_of(request.peer); }
storage::ShardIndex desk_of(const ChangePassword& request) {
  return cluster::shard_of(request.caller.user);
}
storage::ShardIndex desk_of(const RegisterUser& request) {
  return cluster::shard_of(request.retry ? request.retry->key : request.username);
}
storage::ShardIndex desk_of(const CreateFirstAdmin&) { return cluster::shard_of("setup"); }

}  // namespace

template <class Request>
void Node::ask(Request request, Callback<typename Request::Reply> callback) {
  const Answer<typename Request::Reply> answer(std::move(callback));
  if constexpr (requires { desk_of(request); }) {
    const storage::ShardIndex shard = desk_of(request);
    if (!impl_->owns(shard)) {
      return cluster::forward(*impl_->cluster, cluster::Desk{shard}, request, answer);
    }
  }
  caf::anon_send(impl_->authenticator, std::move(request), answer);
}

void Node::open_stream(OpenStream request, Callback<StreamOpened> callback) {
  caf::anon_send(impl_->dispatcher, std::move(request), Answer<StreamOpened>(std::move(callback)));
}

void Node::stream_closed(std::uint64_t stream) {
  caf::anon_send(impl_->dispatcher, StreamClosed{stream});
}

void Node::end_streams() { caf::anon_send(impl_->dispatcher, EndStreams{}); }

void Node::list(ListEvents request, Callback<EventPage> callback) {
  caf::anon_send(impl_->dispatcher, std::move(request), Answer<EventPage>(std::move(callback)));
}

template void Node::ask(ConversationId, SendMessage, Callback<ResourceView>);
template void Node::ask(ConversationId, OpenMessage, Callback<ResourceView>);
template void Node::ask(ConversationId, ChangeMessage, Callback<ResourceView>);
template void Node::ask(ConversationId, RemoveMessage, Callback<Done>);
template void Node::ask(ConversationId, ShowThread, Callback<ListView>);
template void Node::ask(ConversationId, ShowHistory, Callback<ListView>);
template void Node::ask(ConversationId, MarkConversationRead, Callback<Counted>);
template void Node::ask(ConversationId, MarkMessageRead, Callback<ResourceView>);
template void Node::ask(ConversationId, ShowConversation, Callback<ResourceView>);
template void Node::ask(ConversationId, ChangeConversation, Callback<ResourceView>);
template void Node::ask(ConversationId, AddParticipant, Callback<ResourceView>);
template void Node::ask(ConversationId, RemoveParticipant, Callback<ResourceView>);
template void Node::ask(ConversationId, RemoveConversation, Callback<Done>);
template void Node::ask(ConversationId, SignalTyping, Callback<Done>);

template void Node::ask(UserId, ShowUser, Callback<ResourceView>);
template void Node::ask(UserId, ChangeUser, Callback<ResourceView>);
template void Node::ask(UserId, DeleteAccount, Callback<Done>);
template void Node::ask(UserId, CreateConversation, Callback<ResourceView>);
template void Node::ask(UserId, ListConversations, Callback<ListView>);
template void Node::ask(UserId, ListUnread, Callback<ListView>);
template void Node::ask(UserId, ListNotifications, Callback<ListView>);
template void Node::ask(UserId, SearchMessages, Callback<ListView>);
template void Node::ask(UserId, MarkRead, Callback<Counted>);
template void Node::ask(UserId, DismissAll, Callback<Counted>);
template void Node::ask(UserId, OpenNotification, Callback<ResourceView>);
template void Node::ask(UserId, ClaimRetryKey, Callback<ResourceView>);
template void Node::ask(UserId, ReleaseRetryKey, Callback<Done>);

template void Node::ask(RegisterUser, Callback<ResourceView>);
template void Node::ask(LogIn, Callback<TokenPair>);
template void Node::ask(StartSession, Callback<SessionStarted>);
template void Node::ask(RefreshTokens, Callback<TokenPair>);
template void Node::ask(EndLoginOf, Callback<Done>);
template void Node::ask(EndSession, Callback<Done>);
template void Node::ask(VerifyToken, Callback<Done>);
template void Node::ask(ChangePassword, Callback<Done>);
template void Node::ask(SetPassword, Callback<Done>);
template void Node::ask(OfferSetup, Callback<SetupToken>);
template void Node::ask(CreateFirstAdmin, Callback<ResourceView>);

}  // namespace confab::actors
