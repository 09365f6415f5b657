#pragma once

#include <utility>

#include <caf/meta/type_name.hpp>

#include "actors/messages/auth.hpp"
#include "actors/messages/conversation.hpp"
#include "actors/messages/events.hpp"
#include "actors/messages/inspect_values.hpp"
#include "actors/messages/user.hpp"

// How messages are written to and read from bytes (CAF calls inspect). Kept apart from the
// messages, so that they stay plain structs, and another version of CAF changes only this file and
// inspect_values.hpp.

namespace confab::actors {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, Caller& x) {
  return f(caf::meta::type_name("Caller"), x.user, x.role, x.client);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, Window& x) {
  return f(caf::meta::type_name("Window"), x.offset, x.limit, x.older_than);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, RetryKey& x) {
  return f(caf::meta::type_name("RetryKey"), x.key, x.fingerprint);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ResourceView& x) {
  return f(caf::meta::type_name("ResourceView"), x.json, x.etag, x.status, x.replayed);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ListView& x) {
  return f(caf::meta::type_name("ListView"), x.count, x.size, x.items, x.last, x.more, x.etag);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, Counted& x) {
  return f(caf::meta::type_name("Counted"), x.count);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, Done&) {
  return f(caf::meta::type_name("Done"));
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, SendMessage& x) {
  return f(caf::meta::type_name("SendMessage"), x.caller, x.content, x.parent, x.receiver, x.retry);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ListMessages& x) {
  return f(caf::meta::type_name("ListMessages"), x.caller, x.with_replies, x.oldest_first,
           x.window);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, OpenMessage& x) {
  return f(caf::meta::type_name("OpenMessage"), x.caller, x.seq, x.reads);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ChangeMessage& x) {
  return f(caf::meta::type_name("ChangeMessage"), x.caller, x.seq, x.content, x.if_match);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, RemoveMessage& x) {
  return f(caf::meta::type_name("RemoveMessage"), x.caller, x.seq);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ShowThread& x) {
  return f(caf::meta::type_name("ShowThread"), x.caller, x.root, x.window, x.reads);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ShowHistory& x) {
  return f(caf::meta::type_name("ShowHistory"), x.caller, x.seq, x.window);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, PrepareReading& x) {
  return f(caf::meta::type_name("PrepareReading"), x.caller, x.operation, x.seqs, x.epoch);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, PreparedReading& x) {
  return f(caf::meta::type_name("PreparedReading"), x.count, x.read, x.dismissed, x.newly_read,
           x.changed_notifications, x.epoch);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, FinishReading& x) {
  return f(caf::meta::type_name("FinishReading"), x.operation, x.outcome);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, SeqBits& x) {
  return f(caf::meta::type_name("SeqBits"), x.bytes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, MarkConversationRead& x) {
  return f(caf::meta::type_name("MarkConversationRead"), x.caller, x.retry);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, MarkMessageRead& x) {
  return f(caf::meta::type_name("MarkMessageRead"), x.caller, x.seq, x.retry);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ShowConversation& x) {
  return f(caf::meta::type_name("ShowConversation"), x.caller);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, SummarizeConversation& x) {
  return f(caf::meta::type_name("SummarizeConversation"), x.caller);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ChangeConversation& x) {
  return f(caf::meta::type_name("ChangeConversation"), x.caller, x.title, x.participants);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, AddParticipant& x) {
  return f(caf::meta::type_name("AddParticipant"), x.caller, x.user, x.retry);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, RemoveParticipant& x) {
  return f(caf::meta::type_name("RemoveParticipant"), x.caller, x.user, x.retry);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, RemoveConversation& x) {
  return f(caf::meta::type_name("RemoveConversation"), x.caller);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, MessageRef& x) {
  return f(caf::meta::type_name("MessageRef"), x.id, x.seq);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, MessageRefs& x) {
  return f(caf::meta::type_name("MessageRefs"), x.count, x.newest, x.version);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ListUnreadHere& x) {
  return f(caf::meta::type_name("ListUnreadHere"), x.caller, x.older_than, x.limit);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ListNotificationsHere& x) {
  return f(caf::meta::type_name("ListNotificationsHere"), x.caller, x.is_read, x.older_than,
           x.limit);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, Rendered& x) {
  return f(caf::meta::type_name("Rendered"), x.items);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, RenderMessages& x) {
  return f(caf::meta::type_name("RenderMessages"), x.caller, x.form, x.seqs);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ChangeNotification& x) {
  return f(caf::meta::type_name("ChangeNotification"), x.caller, x.seq, x.is_read);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ShowUnreadSet& x) {
  return f(caf::meta::type_name("ShowUnreadSet"), x.caller);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, EraseAccount& x) {
  return f(caf::meta::type_name("EraseAccount"), x.user);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ShowUser& x) {
  return f(caf::meta::type_name("ShowUser"), x.caller);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ChangeUser& x) {
  return f(caf::meta::type_name("ChangeUser"), x.caller, x.username, x.email, x.first_name,
           x.last_name, x.phone_number, x.role, x.is_active, x.password_hash, x.renewed_from);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, DeleteAccount& x) {
  return f(caf::meta::type_name("DeleteAccount"), x.caller);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, CreateConversation& x) {
  return f(caf::meta::type_name("CreateConversation"), x.title, x.participants, x.retry);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ListConversations& x) {
  return f(caf::meta::type_name("ListConversations"), x.role, x.window);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ListUnread& x) {
  return f(caf::meta::type_name("ListUnread"), x.conversation, x.window);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ListNotifications& x) {
  return f(caf::meta::type_name("ListNotifications"), x.is_read, x.window);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, MarkRead& x) {
  return f(caf::meta::type_name("MarkRead"), x.messages);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, DismissAll&) {
  return f(caf::meta::type_name("DismissAll"));
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, OpenNotification& x) {
  return f(caf::meta::type_name("OpenNotification"), x.notification, x.is_read);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, SearchMessages& x) {
  return f(caf::meta::type_name("SearchMessages"), x.role, x.everything, x.conversation, x.sender,
           x.receiver, x.search, x.sent_after, x.sent_before, x.unread_only, x.oldest_first,
           x.window);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ClaimRetryKey& x) {
  return f(caf::meta::type_name("ClaimRetryKey"), x.retry);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ReleaseRetryKey& x) {
  return f(caf::meta::type_name("ReleaseRetryKey"), x.retry, x.answer);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, MembershipChanged& x) {
  return f(caf::meta::type_name("MembershipChanged"), x.conversation, x.joined, x.updated_at);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, EventToRender& x) {
  return f(caf::meta::type_name("EventToRender"), x.event, x.viewers);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, RenderedEvent& x) {
  return f(caf::meta::type_name("RenderedEvent"), x.part, x.type, x.data, x.viewers);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, RenderedEvents& x) {
  return f(caf::meta::type_name("RenderedEvents"), x.conversation, x.events, x.damaged);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, RenderEvents& x) {
  return f(caf::meta::type_name("RenderEvents"), x.events);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, SignalTyping& x) {
  return f(caf::meta::type_name("SignalTyping"), x.caller);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, RegisterUser& x) {
  return f(caf::meta::type_name("RegisterUser"), x.username, x.email, x.password, x.first_name,
           x.last_name, x.phone_number, x.role, x.retry);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, TokenPair& x) {
  return f(caf::meta::type_name("TokenPair"), x.access, x.refresh);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, LogIn& x) {
  return f(caf::meta::type_name("LogIn"), x.name, x.password, x.peer);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, SessionStarted& x) {
  return f(caf::meta::type_name("SessionStarted"), x.session, x.user, x.csrf_token, x.expires_at);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, StartSession& x) {
  return f(caf::meta::type_name("StartSession"), x.name, x.password, x.peer);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, RefreshTokens& x) {
  return f(caf::meta::type_name("RefreshTokens"), x.refresh);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, EndLoginOf& x) {
  return f(caf::meta::type_name("EndLoginOf"), x.refresh);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, EndSession& x) {
  return f(caf::meta::type_name("EndSession"), x.session);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, VerifyToken& x) {
  return f(caf::meta::type_name("VerifyToken"), x.token);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, SetPassword& x) {
  return f(caf::meta::type_name("SetPassword"), x.caller, x.user, x.new_password);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, CreateFirstAdmin& x) {
  return f(caf::meta::type_name("CreateFirstAdmin"), x.token, x.username, x.email, x.password,
           x.peer);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, SetupToken& x) {
  return f(caf::meta::type_name("SetupToken"), x.token);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, OfferSetup&) {
  return f(caf::meta::type_name("OfferSetup"));
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ChangePassword& x) {
  return f(caf::meta::type_name("ChangePassword"), x.caller, x.old_password, x.new_password);
}

}  // namespace confab::actors
