#include "tools/bench/plan.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <future>
#include <map>
#include <random>

#include <fmt/format.h>

#include "tools/bench/texts.hpp"

namespace confab::bench {
namespace {

using nlohmann::json;

constexpr std::size_t kPage = 20;

// The people and conversations that a scenario works with.
class World {
 public:
  World(const Options& options, Api& api) : options_(options), api_(api), texts_(read_fortunes()) {
    if (texts_.empty()) {
      throw BenchError(
          fmt::format("no message texts in {}: apt-get install fortunes fortunes-de fortunes-es "
                      "fortunes-it fortunes-ru",
                      kFortunesDirectory));
    }
  }

  const std::vector<Account>& people(std::size_t count, bool logged_in = true) {
    // Two runs against one server must not meet each other's names.
    static const std::string run = fmt::format("{:08x}", std::random_device()());
    while (people_.size() < count) {
      people_.push_back(api_.register_user(fmt::format("bench-{}-{}", run, people_.size())));
      if (logged_in) {
        api_.log_in(people_.back());
      }
    }
    return people_;
  }

  // Conversations of two; the i-th belongs to the person i, round and round.
  const std::vector<std::string>& pairs() {
    people(options_.users);
    for (std::size_t i = conversations_.size(); i < options_.conversations; ++i) {
      const std::size_t partner = (i + 1 + i / options_.users) % options_.users;
      const auto& other = partner == i % options_.users ? people_[(partner + 1) % options_.users]
                                                        : people_[partner];
      conversations_.push_back(api_.create_conversation(owner(i), {other.id}));
    }
    return conversations_;
  }

  void fill_pairs(std::size_t messages) {
    pairs();
    for (std::size_t i = 0; i < conversations_.size(); ++i) {
      for (std::size_t n = 0; n < messages; ++n) {
        api_.post(owner(i), conversations_[i], text());
      }
    }
  }

  // Many messages, by as many connections as there are conversations.
  void fill_together(std::size_t messages) {
    pairs();
    std::vector<std::future<void>> writers;
    for (std::size_t i = 0; i < conversations_.size(); ++i) {
      const std::size_t share = messages / conversations_.size();
      writers.push_back(std::async(std::launch::async, [this, i, share] {
        Api api(api_.url());
        for (std::size_t n = 0; n < share; ++n) {
          api.post(owner(i), conversations_[i], texts_[(i * share + n) % texts_.size()]);
        }
      }));
    }
    for (std::future<void>& writer : writers) writer.get();
  }

  const Account& owner(std::size_t conversation) { return people_[conversation % options_.users]; }
  const std::string& text() { return texts_[next_text_++ % texts_.size()]; }
  const std::vector<std::string>& texts() const { return texts_; }

  std::string head(std::string_view method, std::string_view path, const Account& who) const {
    return request_head(api_.url(), method, path, who.token);
  }

  std::vector<std::string> content_bodies() const {
    std::vector<std::string> bodies;
    for (const auto& content : texts_) {
      bodies.push_back(json{{"content", content}}.dump());
    }
    return bodies;
  }

  const Options& options() const { return options_; }
  Api& api() { return api_; }

 private:
  const Options& options_;
  Api& api_;
  std::vector<std::string> texts_;
  std::vector<Account> people_;
  std::vector<std::string> conversations_;
  std::size_t next_text_ = 0;
};

std::string messages_path(const std::string& conversation) {
  return fmt::format("/api/conversations/{}/messages/", conversation);
}

// One head for each conversation of two, spoken by its owner.
std::vector<std::string> heads_of_pairs(World& world, std::string_view method) {
  std::vector<std::string> heads;
  const auto& conversations = world.pairs();
  for (std::size_t i = 0; i < conversations.size(); ++i) {
    heads.push_back(world.head(method, messages_path(conversations[i]), world.owner(i)));
  }
  return heads;
}

std::vector<std::string> heads_of_people(World& world, const std::string& path) {
  std::vector<std::string> heads;
  for (const auto& person : world.people(world.options().users)) {
    heads.push_back(world.head("GET", path, person));
  }
  return heads;
}

std::vector<std::string> tokens_of(const std::vector<Account>& people, std::size_t from = 0) {
  std::vector<std::string> tokens;
  for (std::size_t i = from; i < people.size(); ++i) {
    tokens.push_back(people[i].token);
  }
  return tokens;
}

Plan post(World& world) {
  auto heads = heads_of_pairs(world, "POST");
  return {heads, world.content_bodies(), tokens_of(world.people(world.options().users))};
}

// The recipients are the same people in every conversation; the senders take turns.
Plan post_group(World& world) {
  const Options& options = world.options();
  const std::vector<Account> senders = world.people(options.users);
  const bool listen = options.streams > 0;
  const auto& people = world.people(options.users + options.recipients, listen);
  std::vector<json> participants;
  for (std::size_t i = options.users; i < people.size(); ++i) {
    participants.push_back(people[i].id);
  }
  std::vector<std::string> heads;
  for (std::size_t i = 0; i < options.conversations; ++i) {
    const Account& sender = senders[i % senders.size()];
    const std::string conversation = world.api().create_conversation(sender, participants);
    heads.push_back(world.head("POST", messages_path(conversation), sender));
  }
  return {heads, world.content_bodies(), tokens_of(people, options.users)};
}

// As many people as the limit of streams for each asks for; nobody talks.
Plan streams_idle(World& world) {
  constexpr std::size_t kEach = 20;
  const std::size_t count = std::max<std::size_t>(2, (world.options().streams + kEach - 1) / kEach);
  const auto& people = world.people(count);
  std::vector<json> others;
  for (std::size_t i = 1; i < people.size(); ++i) {
    others.push_back(people[i].id);
  }
  world.api().create_conversation(people[0], others);
  return {{}, {}, tokens_of(people)};
}

Plan read_page(World& world) {
  world.fill_pairs(kPage + 10);
  return {heads_of_pairs(world, "GET"), {}};
}

Plan unread(World& world) {
  world.fill_pairs(kPage + 10);
  return {heads_of_people(world, "/api/messages/unread/"), {}};
}

Plan notifications(World& world) {
  world.fill_pairs(kPage + 10);
  return {heads_of_people(world, "/api/notifications/"), {}};
}

Plan login(World& world) {
  std::vector<std::string> bodies;
  for (const auto& person : world.people(world.options().users, false)) {
    bodies.push_back(json{{"username", person.username}, {"password", Api::kPassword}}.dump());
  }
  return {{request_head(world.api().url(), "POST", "/api/token/", "")}, bodies};
}

// A bushy tree: each message has up to four replies.
Plan thread(World& world) {
  const std::string conversation = world.pairs().front();
  const Account& owner = world.owner(0);
  std::vector<std::string> messages;
  while (messages.size() < world.options().thread_size) {
    const std::string parent = messages.empty() ? "" : messages[(messages.size() - 1) / 4];
    messages.push_back(world.api().post(owner, conversation, world.text(), parent));
  }
  const std::string path =
      messages_path(conversation) + messages.front() + "/thread/?page_size=100";
  return {{world.head("GET", path, owner)}, {}};
}

// Words of the texts that can stand in an address as they are.
std::vector<std::string> words_of(const std::vector<std::string>& texts) {
  constexpr std::size_t kShortest = 5;
  std::vector<std::string> words;
  for (const std::string& text : texts) {
    const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0 && c < 0x80; };
    const auto begin = std::find_if(text.begin(), text.end(), is_letter);
    const auto end = std::find_if_not(begin, text.end(), is_letter);
    if (static_cast<std::size_t>(end - begin) >= kShortest) words.emplace_back(begin, end);
  }
  return words;
}

// One word among all that a user may see; his conversations are of two, so that half of it is his.
Plan search(World& world) {
  world.pairs();
  world.fill_together(world.options().messages);
  std::vector<std::string> heads;
  for (const std::string& word : words_of(world.texts())) {
    const Account& person = world.owner(heads.size() % world.pairs().size());
    heads.push_back(world.head("GET", "/api/messages/?search=" + word, person));
  }
  return {heads, {}};
}

Plan get(World& world) { return {heads_of_people(world, "/api/users/me/"), {}}; }

const std::map<std::string, std::function<Plan(World&)>>& scenarios() {
  static const std::map<std::string, std::function<Plan(World&)>> table = {
      {"post", post},
      {"post-group", post_group},
      {"read-page", read_page},
      {"unread", unread},
      {"login", login},
      {"thread", thread},
      {"get", get},
      {"search", search},
      {"notifications", notifications},
      {"streams-idle", streams_idle},
      {"streams-resume", post},
  };
  return table;
}

}  // namespace

Plan::Plan(std::vector<std::string> heads, std::vector<std::string> bodies,
           std::vector<std::string> listeners)
    : heads_(std::move(heads)), bodies_(std::move(bodies)), listeners_(std::move(listeners)) {}

const std::string& Plan::next() {
  request_.clear();
  const std::string_view body =
      bodies_.empty() ? std::string_view() : bodies_[turn_ % bodies_.size()];
  append_request(request_, heads_[turn_ % heads_.size()], body);
  ++turn_;
  return request_;
}

Plan prepare(const Options& options, Api& api) {
  if (options.scenario == "path") {
    return {{request_head(api.url(), "GET", options.path, "")}, {}};
  }
  const auto found = scenarios().find(options.scenario);
  if (found == scenarios().end()) {
    throw BenchError(fmt::format("unknown scenario {}", options.scenario));
  }
  World world(options, api);
  return found->second(world);
}

}  // namespace confab::bench
