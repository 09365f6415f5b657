#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/boards/access_board.hpp"
#include "actors/boards/log_bell.hpp"
#include "actors/boards/people_board.hpp"
#include "actors/boards/presence_board.hpp"
#include "actors/directory.hpp"
#include "actors/persistence/persistence.hpp"
#include "actors/router.hpp"
#include "actors/rules/event_cursor.hpp"
#include "actors/rules/presence_news.hpp"
#include "actors/rules/stream_roster.hpp"

namespace confab::actors {

/// What the dispatcher works with. Everything here is thread-safe and outlives it.
struct DispatcherContext {
  Persistence& persistence;
  ConversationDirectory& conversations;
  PeopleBoard& people;
  PresenceBoard& presence;
  AccessBoard& access;
  LogBell& bell;
  std::size_t max_streams = 10'000;
  std::size_t max_streams_per_user = 20;
  const Router* router = nullptr;  ///< null: this node is alone
};

/// What the notification dispatcher holds and does, on its actor's thread.
///   streams.cpp   streams begin and end      feed.cpp         the log's tail, for all at once
///   telling.cpp   asks the conversations     catching_up.cpp  what one user has missed; pages
///   presence.cpp  who is there and who is typing
///
/// One thing after the other: the tail of the log is read, the rows rendered, the frames pushed,
/// and only then is the log read again. New streams join between two reads: what one of them has to
/// know (which conversations its user is in, what it has missed) is read in the same snapshot as
/// the tail, so that there is neither a gap nor an overlap.
class DispatcherHost {
 public:
  static inline const char* name = "notification-dispatcher";
  /// Does something later, in the actor.
  using Later = std::function<void(std::chrono::milliseconds, std::function<void()>)>;

  void start(const DispatcherContext* context, NotificationDispatcher self, Later later);

  void receive(const OpenStream& request, const Answer<StreamOpened>& answer);
  void receive(const ListEvents& request, const Answer<EventPage>& answer);
  void receive(const StreamClosed& news);
  void receive(const LogGrew& news);
  void receive(const UserTyping& news);
  void receive(const EndStreams& news);

  /// Once a second.
  void tick();

  /// After an exception: what was under way may be half done. Clients come back and resume.
  void drop_streams();

 private:
  using Clock = std::chrono::steady_clock;
  using StreamId = std::uint64_t;

  enum class Stage : std::uint8_t {
    catching_up,  ///< reads what it has missed
    joining,      ///< is taken along at the next read of the tail
    joined,       ///< by the read whose frames are being made
    live,
  };
  struct Stream {
    StreamOwner owner;
    std::shared_ptr<EventSink> sink;
    std::optional<EventCursor> cursor;  ///< before it is live: what it has heard; none: from now on
    Stage stage = Stage::joining;
    bool must_reset = false;                     ///< its cursor is none of ours
    std::optional<Answer<StreamOpened>> answer;  ///< until the stream has begun
  };
  struct Listener {
    std::vector<StreamId> streams;
    PersonRef person;
  };

  /// An event of the log on its way to those who hear of it.
  struct ToldEvent {
    storage::Event event;
    std::vector<UserId> viewers;
    bool is_new = false;  ///< of the tail: for everybody who is live
    Uuid conversation;
    std::vector<RenderedEvent> parts;
    bool is_lost = false;  ///< the conversation did not answer
  };
  using Told = std::vector<ToldEvent>;
  using ToldPtr = std::shared_ptr<Told>;

  /// Several conversations are being asked.
  struct Rendering {
    ToldPtr told;
    std::map<ConversationId, std::vector<std::size_t>> asked;  ///< which of `told`
    std::map<ConversationId, int> attempts;
    Clock::time_point deadline;
    std::function<void()> then;
  };

  struct Tail {
    storage::LogTail log;
    std::vector<StreamId> joining;
    std::unordered_map<UserId, PersonRef> people;
  };
  struct Missed {
    storage::MissedEvents log;
    PersonRef person;  ///< kept, so that his name is at hand while he is told
  };
  struct Walk;
  struct Paging;

  // --- streams ---
  Result<StreamId> admit(const StreamOwner& owner, std::shared_ptr<EventSink> sink);
  Stream* find(StreamId id);
  void begin(StreamId id, const EventCursor& cursor);
  void refuse(StreamId id, const Error& error);
  void close(StreamId id);
  void remove(StreamId id);
  void leave(UserId user);
  void close_ended();
  void send_heartbeats();
  bool has_ended(const Stream& stream, Timestamp now) const;
  void push(StreamId id, const Frame& frame);
  void push_reset(StreamId id, const EventCursor& cursor);
  void remove_lost();

  // --- the tail ---
  void read_tail();
  void tail_read(Result<Tail> result);
  /// Whether the log still holds, and does not end before, what has been read so far.
  bool is_contiguous(const storage::LogBounds& bounds) const;
  void plan_tail(const storage::LogTail& log, std::map<storage::EventPlace, ToldEvent>& plan);
  void join(StreamId id, const storage::MissedEvents& missed, const storage::LogTail& log,
            const PersonRef& person, std::map<storage::EventPlace, ToldEvent>& plan);
  void finish_tail(const storage::LogTail& log, const ToldPtr& told,
                   const std::vector<StreamId>& joined);
  void deliver(const ToldEvent& event);
  void deliver_to(UserId user, const ToldEvent& event, std::uint8_t part,
                  const std::function<Frame()>& frame);

  // --- catching up ---
  void catch_up(StreamId id);
  void start_walks();
  void read_ahead(const std::shared_ptr<Walk>& walk, const EventCursor& from);
  void go_on(const std::shared_ptr<Walk>& walk);
  void walked(const std::shared_ptr<Walk>& walk, Result<Missed> result);
  void push_walked(const std::shared_ptr<Walk>& walk);
  void take_along(const std::shared_ptr<Walk>& walk);
  void end_walk(const std::shared_ptr<Walk>& walk);
  std::function<Result<Missed>(storage::Reader&)> missed_by(UserId user, const EventCursor& cursor,
                                                            std::uint32_t limit) const;
  static Told audible(const storage::MissedEvents& missed, UserId user);
  void turn_page(const std::shared_ptr<Paging>& paging);
  void start_page_at_the_end(const std::shared_ptr<Paging>& paging,
                             const storage::LogBounds& bounds);
  void fill_page(const std::shared_ptr<Paging>& paging, const storage::MissedEvents& missed,
                 const Told& told);
  static void add_to_page(const std::shared_ptr<Paging>& paging, const ToldEvent& event,
                          EventType type, std::string_view data);
  void wait_for_events(const std::shared_ptr<Paging>& paging);
  void finish_page(const std::shared_ptr<Paging>& paging);

  // --- presence and typing ---
  struct Presences {
    storage::User account;
    std::vector<storage::MembershipRow> memberships;
  };
  /// Precondition: the user listens.
  void push_transient(UserId user, const Frame& frame);
  void forget_typing();
  void tell_presence();
  void tell_presence_of(const std::vector<PresenceChange>& changes,
                        const std::vector<Presences>& found);

  // --- telling ---
  void render(ToldPtr told, std::function<void()> then);
  void ask(std::uint64_t number, ConversationId conversation);
  void rendered(std::uint64_t number, ConversationId conversation, Result<RenderedEvents> result);
  bool ask_again(std::uint64_t number, Rendering& rendering, ConversationId conversation,
                 ErrorCode error);
  void answered(std::uint64_t number, ConversationId conversation);
  void give_up_late_renderings();
  bool tell_without_asking(ToldEvent& event) const;
  std::string frame_of(const ToldEvent& event, const RenderedEvent& part) const;
  static Frame reset_frame(const EventCursor& cursor);

  template <class T, class F>
  std::function<void(Result<T>)> resumed(F then) {
    return resume<T>(self_, std::move(then));
  }

  const DispatcherContext* context_ = nullptr;
  NotificationDispatcher self_;
  Later later_;

  std::unordered_map<StreamId, Stream> streams_;
  std::unordered_map<UserId, Listener> listeners_;
  StreamId last_stream_ = 0;
  bool ended_ = false;
  std::uint64_t incarnation_ = 0;  ///< grows when everything is dropped
  unsigned ticks_ = 0;
  std::vector<StreamId> lost_;  ///< their clients have gone, as a push has found

  StreamRoster roster_;                         ///< as of `reached_`
  std::optional<storage::EventPlace> reached_;  ///< none: nobody is live
  std::int64_t generation_ = 0;
  bool busy_ = false;   ///< a read of the tail, or what follows from it, is under way
  bool again_ = false;  ///< the log has grown meanwhile
  std::deque<StreamId> joining_;

  std::deque<StreamId> walks_waiting_;
  std::size_t walks_ = 0;

  PresenceNews presence_;
  bool asking_for_presence_ = false;
  std::map<std::pair<ConversationId, UserId>, Clock::time_point> typing_;  ///< told a moment ago

  std::unordered_map<std::uint64_t, Rendering> renderings_;
  std::uint64_t last_rendering_ = 0;
};

}  // namespace confab::actors
