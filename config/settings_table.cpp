#include "config/settings_table.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "config/setting_kinds.hpp"

namespace confab::config {
namespace {

bool is_host_pattern(std::string_view pattern) {
  const auto host = pattern.starts_with('.') ? pattern.substr(1) : pattern;
  return pattern == "*" || (!host.empty() && host_without_port(host) == host);
}

Setting allowed_hosts() {
  auto setting = base({"ALLOWED_HOSTS",
                       "Host names the server answers to, separated by commas; \".example.org\" "
                       "includes subdomains, \"*\" is any. Other hosts get 400."},
                      "a list of host names without ports", "this machine's own names");
  setting.alias = "DJANGO_ALLOWED_HOSTS";
  setting.assign = [](Settings& settings, std::string_view text) {
    auto patterns = split_list(text);
    const bool sound = std::all_of(patterns.begin(), patterns.end(), is_host_pattern);
    settings.allowed_hosts = HostList(std::move(patterns));
    return sound;
  };
  return setting;
}

constexpr Bounds kPorts{1, 65535};

Setting db_port() {
  auto setting =
      base({"DB_PORT", "Port of the PostgreSQL server."}, "a whole number from 1 to 65535", "5432");
  setting.assign = [](Settings& settings, std::string_view text) {
    const auto port = parse_integer(text, kPorts);
    if (port) {
      settings.db_port = static_cast<std::uint16_t>(*port);
    }
    return port.has_value();
  };
  return setting;
}

Setting listen() {
  auto setting = base({"LISTEN", "Address and port to serve on; port 0 lets the system choose."},
                      "an address and a port such as 127.0.0.1:8000 or [::1]:8000",
                      to_string(defaults().listen));
  setting.assign = [](Settings& settings, std::string_view text) {
    const auto endpoint = parse_endpoint(text);
    settings.listen = endpoint.value_or(settings.listen);
    return endpoint.has_value();
  };
  return setting;
}

Setting cluster_listen() {
  auto setting =
      base({"CLUSTER_LISTEN",
            "Address and port for the other nodes of a cluster; without it this process "
            "serves alone. Needs PostgreSQL, SECRET_KEY and the other CLUSTER settings."},
           "an address and a port such as 10.0.0.1:7000 or [fd00::1]:7000", "none");
  setting.assign = [](Settings& settings, std::string_view text) {
    settings.cluster_listen = parse_endpoint(text);
    return settings.cluster_listen.has_value();
  };
  return setting;
}

Setting cluster_advertise() {
  auto setting = base({"CLUSTER_ADVERTISE", "Where the other nodes find that port."},
                      "a name or address and a port", "that of CLUSTER_LISTEN");
  setting.assign = [](Settings& settings, std::string_view text) {
    settings.cluster_advertise = text;
    return parse_endpoint(text).has_value();
  };
  return setting;
}

Setting trusted_proxies() {
  auto setting = base({"TRUSTED_PROXIES",
                       "Addresses or networks whose X-Forwarded-For and X-Forwarded-Proto headers "
                       "are believed, separated by commas."},
                      "a list of addresses or networks such as 10.0.0.0/8, ::1", "none");
  setting.assign = [](Settings& settings, std::string_view text) {
    settings.trusted_proxies.clear();
    for (const auto& item : split_list(text)) {
      const auto network = Network::parse(item);
      if (!network) {
        return false;
      }
      settings.trusted_proxies.push_back(*network);
    }
    return true;
  };
  return setting;
}

bool is_origin(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) {
      return !host_without_port(text.substr(scheme.size())).empty();
    }
  }
  return false;
}

Setting cors_allowed_origins() {
  auto setting = base({"CORS_ALLOWED_ORIGINS",
                       "Origins whose pages may call the API from a browser, separated by commas."},
                      "a list of origins such as https://chat.example.org", "none");
  setting.assign = [](Settings& settings, std::string_view text) {
    settings.cors_allowed_origins = split_list(text);
    const auto& origins = settings.cors_allowed_origins;
    return std::all_of(origins.begin(), origins.end(), is_origin);
  };
  return setting;
}

using LevelOption = std::pair<std::string_view, LogLevel>;
using FormatOption = std::pair<std::string_view, LogFormat>;

constexpr std::array<LevelOption, 4> kLogLevels = {{{"debug", LogLevel::debug},
                                                    {"info", LogLevel::info},
                                                    {"warning", LogLevel::warning},
                                                    {"error", LogLevel::error}}};
constexpr std::array<FormatOption, 2> kLogFormats = {
    {{"json", LogFormat::json}, {"text", LogFormat::text}}};

constexpr std::int64_t kDaySeconds = 86400;
constexpr std::int64_t kMany = 1'000'000;

void add_basics(std::vector<Setting>& table) {
  table.push_back(listen());
  table.push_back(path({"DATA_DIR", "Directory of the embedded database and the generated key."},
                       &Settings::data_dir, defaults().data_dir.string()));
  table.push_back(secret({"SECRET_KEY", "Key that signs tokens and cursors."},
                         &Settings::secret_key, "made at the first start, kept in DATA_DIR"));
  table.push_back(
      on_off({"DEBUG", "Development mode: weak secret keys are let through."}, &Settings::debug));
  table.push_back(allowed_hosts());
  table.push_back(trusted_proxies());
  table.push_back(cors_allowed_origins());
}

void add_database(std::vector<Setting>& table) {
  table.push_back(text({"DB_NAME", "PostgreSQL database; without it SQLite is used."},
                       &Settings::db_name, "none: embedded SQLite"));
  table.push_back(
      text({"DB_USER", "PostgreSQL user."}, &Settings::db_user, "the operating system's user"));
  table.push_back(secret({"DB_PASSWORD", "PostgreSQL password."}, &Settings::db_password, "none"));
  table.push_back(text({"DB_HOST", "PostgreSQL host, or the directory of its Unix socket."},
                       &Settings::db_host, "the local Unix socket"));
  table.push_back(db_port());
  table.push_back(
      number({"DB_READERS", "Database connections that read."}, &Settings::db_readers, {1, 256}));
}

void add_login(std::vector<Setting>& table) {
  table.push_back(number({"ACCESS_TOKEN_LIFETIME", "Lifetime of an access token in seconds."},
                         &Settings::access_token_lifetime, {1, 365 * kDaySeconds}));
  table.push_back(number({"REFRESH_TOKEN_LIFETIME", "Lifetime of a refresh token in seconds."},
                         &Settings::refresh_token_lifetime, {1, 3650 * kDaySeconds}));
  table.push_back(number({"ARGON2_MEMORY_KIB", "Memory for hashing one password, in KiB."},
                         &Settings::argon2_memory_kib, {8, 4'194'304}));
  table.push_back(number({"ARGON2_ITERATIONS", "Passes over that memory."},
                         &Settings::argon2_iterations, {1, 1000}));
  table.push_back(on_off({"LOGIN_THROTTLE", "Refuse logins for a while after many failures."},
                         &Settings::login_throttle));
  table.push_back(number({"LOGIN_FAILURES_PER_ACCOUNT",
                          "Failed logins for one account from one address within 15 minutes."},
                         &Settings::login_failures_per_account, {1, kMany}));
  table.push_back(
      number({"LOGIN_FAILURES_PER_ADDRESS", "Failed logins from one address within an hour."},
             &Settings::login_failures_per_address, {1, kMany}));
}

void add_limits(std::vector<Setting>& table) {
  table.push_back(number({"RATE_LIMIT",
                          "Requests per minute for each user, or address when not logged in; "
                          "0 is no limit."},
                         &Settings::rate_limit, {0, 60 * kMany}));
  table.push_back(number({"MAX_PARTICIPANTS", "Participants of one conversation."},
                         &Settings::max_participants, {2, 100'000}));
  table.push_back(number({"MAX_MESSAGE_LENGTH", "Characters in one message."},
                         &Settings::max_message_length, {1, kMany}));
  table.push_back(number({"MAX_BODY_BYTES", "Bytes in one request's body."},
                         &Settings::max_body_bytes, {1024, 67'108'864}));
  table.push_back(
      number({"MAX_STREAMS", "Event streams open at once."}, &Settings::max_streams, {1, kMany}));
  table.push_back(number({"MAX_STREAMS_PER_USER", "Event streams that one user may have open."},
                         &Settings::max_streams_per_user, {1, 10'000}));
  table.push_back(number({"EVENT_RETENTION_DAYS", "Days for which live events can be resumed."},
                         &Settings::event_retention, {1, 365}));
  table.push_back(
      number({"IDEMPOTENCY_RETENTION_HOURS", "Hours for which an Idempotency-Key is remembered."},
             &Settings::idempotency_retention, {24, 8760}));
}

void add_resources(std::vector<Setting>& table) {
  table.push_back(
      number({"IO_THREADS", "Threads that serve connections."}, &Settings::io_threads, {1, 64}));
  auto workers =
      number({"WORKER_THREADS", "Threads that run actors."}, &Settings::worker_threads, {1, 256});
  workers.default_text = "one per core";
  table.push_back(std::move(workers));
  table.push_back(
      number({"AUTH_THREADS", "Threads that hash passwords."}, &Settings::auth_threads, {1, 64}));
  table.push_back(number(
      {"IDLE_ACTOR_SECONDS", "Seconds without a request after which an actor leaves memory."},
      &Settings::idle_actor_time, {1, kDaySeconds}));
  table.push_back(number({"MAX_AWAKE_ACTORS", "Users and conversations kept in memory at once."},
                         &Settings::max_awake_actors, {100, 100 * kMany}));
  table.push_back(number({"CACHED_MESSAGES", "Newest messages kept in memory per conversation."},
                         &Settings::cached_messages, {20, 10'000}));
}

void add_cluster(std::vector<Setting>& table) {
  table.push_back(cluster_listen());
  table.push_back(cluster_advertise());
  table.push_back(text({"CLUSTER_NAME", "This node's name, as in its certificate."},
                       &Settings::cluster_name, "none"));
  table.push_back(
      path({"CLUSTER_CERT", "This node's certificate (PEM)."}, &Settings::cluster_cert, "none"));
  table.push_back(
      path({"CLUSTER_KEY", "The certificate's key (PEM)."}, &Settings::cluster_key, "none"));
  table.push_back(path({"CLUSTER_CA", "The authority that issued all nodes' certificates (PEM)."},
                       &Settings::cluster_ca, "none"));
}

void add_logging(std::vector<Setting>& table) {
  table.push_back(
      choice({"LOG_LEVEL", "Least severe events to log."}, &Settings::log_level, kLogLevels));
  table.push_back(choice({"LOG_FORMAT", "One JSON object per line, or readable text."},
                         &Settings::log_format, kLogFormats));
}

std::vector<Setting> make_table() {
  std::vector<Setting> table;
  add_basics(table);
  add_database(table);
  add_login(table);
  add_limits(table);
  add_resources(table);
  add_cluster(table);
  add_logging(table);
  return table;
}

}  // namespace

const std::vector<Setting>& settings_table() {
  static const std::vector<Setting> table = make_table();
  return table;
}

std::string flag_of(std::string_view name) {
  std::string flag = "--";
  for (const char c : name) {
    flag += c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return flag;
}

std::optional<bool> parse_switch(std::string_view text) {
  constexpr std::array<std::string_view, 6> kOn = {"true", "on", "ok", "yes", "y", "1"};
  constexpr std::array<std::string_view, 5> kOff = {"false", "off", "no", "n", "0"};
  std::string lower;
  for (const char c : text) {
    lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  if (std::find(kOn.begin(), kOn.end(), lower) != kOn.end()) {
    return true;
  }
  if (std::find(kOff.begin(), kOff.end(), lower) != kOff.end()) {
    return false;
  }
  return std::nullopt;
}

}  // namespace confab::config
