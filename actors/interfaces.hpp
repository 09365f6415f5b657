#pragma once

#include <caf/typed_actor.hpp>

#include "actors/type_ids.hpp"

// Every typed actor handle of a node. Requests are described where they are defined
// (messages/*.hpp); each travels with the Answer that its asker waits for. Only the directory holds
// handles of conversations and users: everybody else names them by id.

namespace confab::actors {

/// A clause for a request that is answered through its Answer.
template <class Request>
using Answers = caf::reacts_to<Request, Answer<typename Request::Reply>>;

/// One conversation: its members, order, threads, unread and notification state. The only place
/// where anything in it is decided.
using ConversationActor = caf::typed_actor<
    // messages
    Answers<SendMessage>, Answers<ListMessages>, Answers<OpenMessage>, Answers<ChangeMessage>,
    Answers<RemoveMessage>, Answers<ShowThread>, Answers<ShowHistory>,
    // reading
    Answers<PrepareReading>, Answers<FinishReading>, Answers<MarkConversationRead>,
    Answers<MarkMessageRead>, Answers<ListUnreadHere>, Answers<ListNotificationsHere>,
    Answers<RenderMessages>, Answers<ChangeNotification>, Answers<ShowUnreadSet>,
    // the conversation itself
    Answers<ShowConversation>, Answers<SummarizeConversation>, Answers<ChangeConversation>,
    Answers<AddParticipant>, Answers<RemoveParticipant>, Answers<RemoveConversation>,
    Answers<EraseAccount>,
    // live events
    Answers<RenderEvents>, Answers<SignalTyping>,
    // housekeeping: a continuation of its own; a hint to go to rest
    caf::reacts_to<Resume>, caf::reacts_to<Rest>>;

/// One user: the account, which conversations it is in, and the lists that span them.
using UserActor = caf::typed_actor<
    // the account
    Answers<ShowUser>, Answers<ChangeUser>, Answers<DeleteAccount>,
    // lists over all conversations
    Answers<CreateConversation>, Answers<ListConversations>, Answers<ListUnread>,
    Answers<ListNotifications>, Answers<SearchMessages>, Answers<MarkRead>, Answers<DismissAll>,
    Answers<OpenNotification>,
    // repeated requests
    Answers<ClaimRetryKey>, Answers<ReleaseRetryKey>,
    // what others tell it
    Answers<MembershipChanged>,
    // housekeeping
    caf::reacts_to<Resume>, caf::reacts_to<Rest>>;

/// Carries what happens to the users who listen.
using NotificationDispatcher =
    caf::typed_actor<Answers<OpenStream>, Answers<ListEvents>, caf::reacts_to<StreamClosed>,
                     caf::reacts_to<LogGrew>, caf::reacts_to<UserTyping>,
                     caf::reacts_to<EndStreams>, caf::reacts_to<Resume>>;

/// Registration, logins and tokens; hashes passwords in a bounded pool of its own.
using Authenticator =
    caf::typed_actor<Answers<RegisterUser>, Answers<LogIn>, Answers<StartSession>,
                     Answers<RefreshTokens>, Answers<EndLoginOf>, Answers<EndSession>,
                     Answers<VerifyToken>, Answers<ChangePassword>, Answers<SetPassword>,
                     Answers<OfferSetup>, Answers<CreateFirstAdmin>, caf::reacts_to<Resume>>;

}  // namespace confab::actors
