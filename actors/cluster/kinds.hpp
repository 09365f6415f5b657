// Which requests travel between nodes.
#pragma once

#include <tuple>

#include "actors/cluster/requests.hpp"
#include "actors/messages/auth.hpp"
#include "actors/messages/conversation.hpp"
#include "actors/messages/events.hpp"
#include "actors/messages/user.hpp"

namespace confab::actors::cluster {

template <class KeyType, class RequestType>
struct Kind {
  using Key = KeyType;
  using Request = RequestType;
};

/// The place in the list is the number on the wire. Nodes of different builds talk to each other
/// while a cluster is upgraded: a request whose form changes gets a new place, and the old one
/// stays.
using Kinds =
    std::tuple<Kind<ConversationId, SendMessage>, Kind<ConversationId, ListMessages>,
               Kind<ConversationId, OpenMessage>, Kind<ConversationId, ChangeMessage>,
               Kind<ConversationId, RemoveMessage>, Kind<ConversationId, ShowThread>,
               Kind<ConversationId, ShowHistory>, Kind<ConversationId, PrepareReading>,
               Kind<ConversationId, MarkConversationRead>, Kind<ConversationId, MarkMessageRead>,
               Kind<ConversationId, ListUnreadHere>, Kind<ConversationId, ListNotificationsHere>,
               Kind<ConversationId, RenderMessages>, Kind<ConversationId, ChangeNotification>,
               Kind<ConversationId, FinishReading>, Kind<ConversationId, ShowConversation>,
               Kind<ConversationId, SummarizeConversation>,
               Kind<ConversationId, ChangeConversation>, Kind<ConversationId, AddParticipant>,
               Kind<ConversationId, RemoveParticipant>, Kind<ConversationId, RemoveConversation>,
               Kind<ConversationId, EraseAccount>, Kind<UserId, ShowUser>, Kind<UserId, ChangeUser>,
               Kind<UserId, DeleteAccount>, Kind<UserId, CreateConversation>,
               Kind<UserId, ListConversations>, Kind<UserId, ListUnread>,
               Kind<UserId, ListNotifications>, Kind<UserId, SearchMessages>,
               Kind<UserId, MarkRead>, Kind<UserId, DismissAll>, Kind<UserId, OpenNotification>,
               Kind<UserId, ClaimRetryKey>, Kind<UserId, ReleaseRetryKey>, Kind<Desk, RegisterUser>,
               Kind<Desk, LogIn>, Kind<Desk, StartSession>, Kind<Desk, ChangePassword>,
               Kind<ConversationId, ShowUnreadSet>, Kind<ConversationId, RenderEvents>,
               Kind<ConversationId, SignalTyping>, Kind<Desk, CreateFirstAdmin>>;

}  // namespace confab::actors::cluster
