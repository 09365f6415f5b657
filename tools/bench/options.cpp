#include "tools/bench/options.hpp"

#include <charconv>
#include <fstream>
#include <functional>
#include <map>
#include <string_view>

#include <fmt/format.h>

namespace confab::bench {
namespace {

using Assign = std::function<bool(Options&, const std::string&)>;

template <class Number>
bool read_number(const std::string& text, Number& into) {
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, into);
  return error == std::errc{} && stopped == end && into >= Number{};
}

bool read_url(const std::string& text, Url& into) {
  constexpr std::string_view kScheme = "http://";
  if (!text.starts_with(kScheme)) {
    return false;
  }
  const std::string authority =
      text.substr(kScheme.size(), text.find('/', kScheme.size()) - kScheme.size());
  const auto colon = authority.rfind(':');
  into.host = authority.substr(0, colon);
  into.port = 80;
  return !into.host.empty() &&
         (colon == std::string::npos || read_number(authority.substr(colon + 1), into.port));
}

bool read_pids(const std::string& text, std::vector<pid_t>& into) {
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    pid_t pid = 0;
    if (!read_number(text.substr(begin, end - begin), pid)) {
      return false;
    }
    into.push_back(pid);
    begin = end + 1;
  }
  return true;
}

// The postmaster is the parent of every process of its cluster.
bool read_postmaster(const std::string& data_directory, std::vector<pid_t>& into) {
  std::ifstream file(std::filesystem::path(data_directory) / "postmaster.pid");
  pid_t pid = 0;
  if (!(file >> pid)) {
    return false;
  }
  into.push_back(pid);
  return true;
}

const std::map<std::string, Assign>& assignments() {
  static const std::map<std::string, Assign> table = {
      {"--url", [](Options& o, const std::string& v) { return read_url(v, o.url); }},
      {"--scenario",
       [](Options& o, const std::string& v) {
         o.scenario = v;
         return true;
       }},
      {"--path",
       [](Options& o, const std::string& v) {
         o.path = v;
         return v.starts_with('/');
       }},
      {"--rate", [](Options& o, const std::string& v) { return read_number(v, o.rate); }},
      {"--connections",
       [](Options& o, const std::string& v) {
         return read_number(v, o.connections) && o.connections > 0;
       }},
      {"--seconds",
       [](Options& o, const std::string& v) { return read_number(v, o.seconds) && o.seconds > 0; }},
      {"--warmup", [](Options& o, const std::string& v) { return read_number(v, o.warmup); }},
      {"--recipients",
       [](Options& o, const std::string& v) {
         return read_number(v, o.recipients) && o.recipients > 0;
       }},
      {"--conversations",
       [](Options& o, const std::string& v) {
         return read_number(v, o.conversations) && o.conversations > 0;
       }},
      {"--users",
       [](Options& o, const std::string& v) { return read_number(v, o.users) && o.users > 1; }},
      {"--thread-size",
       [](Options& o, const std::string& v) {
         return read_number(v, o.thread_size) && o.thread_size > 0;
       }},
      {"--messages",
       [](Options& o, const std::string& v) {
         return read_number(v, o.messages) && o.messages > 0;
       }},
      {"--streams", [](Options& o, const std::string& v) { return read_number(v, o.streams); }},
      {"--log",
       [](Options& o, const std::string& v) {
         o.log = v;
         return true;
       }},
      {"--pid", [](Options& o, const std::string& v) { return read_pids(v, o.pids); }},
      {"--pgdata", [](Options& o, const std::string& v) { return read_postmaster(v, o.pids); }},
      {"--database",
       [](Options& o, const std::string& v) {
         o.database = v;
         return v == "sqlite" || v == "postgres";
       }},
      {"--conninfo",
       [](Options& o, const std::string& v) {
         o.conninfo = v;
         return true;
       }},
      {"--file",
       [](Options& o, const std::string& v) {
         o.file = v;
         return true;
       }},
      {"--clients",
       [](Options& o, const std::string& v) { return read_number(v, o.clients) && o.clients > 0; }},
  };
  return table;
}

}  // namespace

ParsedOptions parse_options(const std::vector<std::string>& arguments) {
  ParsedOptions parsed;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--help") {
      parsed.help = true;
      return parsed;
    }
    if (i == 0 && argument == "bare") {
      parsed.options.bare = true;
      continue;
    }
    const auto found = assignments().find(argument);
    if (found == assignments().end()) {
      parsed.mistake = fmt::format("unknown option {}", argument);
      return parsed;
    }
    if (++i == arguments.size() || !found->second(parsed.options, arguments[i])) {
      parsed.mistake = fmt::format("{} needs another value", argument);
      return parsed;
    }
  }
  return parsed;
}

std::string usage() {
  return R"(confab-bench [options]          load against a server
confab-bench bare [options]     the database alone, writing the same rows

Load:
  --url URL            http://HOST:PORT (default http://127.0.0.1:8000)
  --scenario NAME      post, post-group, read-page, unread, notifications, login, thread, get, search,
                       path, streams-idle, streams-resume
  --rate N             planned operations per second; 0 (default): closed loop
  --connections N      default 64
  --recipients N       of each conversation in post-group
  --conversations N    default 64
  --users N            default 16
  --thread-size N      messages of the thread that is read, default 100
  --messages N         among which is searched, or which a stream has missed, default 10000
  --streams N          event streams that are open meanwhile: of those who talk (post), of the
                       recipients (post-group), or of as many people as it takes (streams-idle)
  --path PATH          what the scenario "path" gets, without logging in
  --log FILE           one line for each acknowledged operation: end and latency in µs, status, id

Bare:
  --database sqlite|postgres
  --conninfo TEXT      libpq connection string
  --file PATH          SQLite file, replaced by a fresh one
  --clients N          virtual clients, default 64

Both:
  --seconds N          default 5, after --warmup N (default 1)
  --pid PID[,PID]      processes whose CPU is charged, descendants included
  --pgdata DIR         the same for all processes of the PostgreSQL cluster in DIR
)";
}

}  // namespace confab::bench
