// What an operator may set, and how it is loaded.
//
// A setting is declared in two places that stand for one: its type and default here, its name,
// sentence and bounds in settings_table.cpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/env_file.hpp"
#include "config/hosts.hpp"
#include "config/network.hpp"
#include "config/secret.hpp"

namespace confab::config {

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { json, text };

// Where to listen. `host` is a numeric address or a name, without brackets; port 0 lets the kernel
// choose.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
};

// "127.0.0.1:8000", "[::1]:8000" or "name:8000"; empty for anything else.
std::optional<Endpoint> parse_endpoint(std::string_view text);
std::string to_string(const Endpoint& endpoint);

// Windows of the login throttle; the number of failures in each is a setting.
inline constexpr std::chrono::minutes kLoginFailuresPerAccountWindow{15};
inline constexpr std::chrono::hours kLoginFailuresPerAddressWindow{1};

// CAF's worker threads unless set: one per core.
std::size_t default_worker_threads();

// Immutable once loaded: hand it round as `const Settings&` or `shared_ptr<const Settings>`; then
// it may be read from any thread. A default-constructed one holds the defaults, but no secret_key.
struct Settings {
  Secret secret_key;
  bool debug = false;
  HostList allowed_hosts{{"localhost", "127.0.0.1", "[::1]"}};

  std::string db_name;
  std::string db_user;
  Secret db_password;
  std::string db_host;
  std::optional<std::uint16_t> db_port;

  Endpoint listen{"127.0.0.1", 8000};
  std::filesystem::path data_dir{"./data"};

  std::chrono::seconds access_token_lifetime{3600};
  std::chrono::seconds refresh_token_lifetime{86400};
  std::uint32_t argon2_memory_kib = 65536;
  std::uint32_t argon2_iterations = 3;

  std::size_t auth_threads = 1;
  std::size_t io_threads = 1;
  std::size_t worker_threads = default_worker_threads();
  std::size_t db_readers = 4;

  std::size_t max_participants = 1000;
  std::size_t max_message_length = 8000;  // characters, not bytes
  std::size_t max_body_bytes = 1048576;
  std::size_t max_streams = 10000;  // of live events
  std::size_t max_streams_per_user = 20;

  std::chrono::seconds idle_actor_time{120};
  std::size_t max_awake_actors = 200000;
  std::size_t cached_messages = 50;  // per conversation

  std::chrono::days event_retention{7};
  std::chrono::hours idempotency_retention{24};

  bool login_throttle = true;
  std::size_t login_failures_per_account = 5;
  std::size_t login_failures_per_address = 100;
  std::size_t rate_limit = 0;  // requests per minute; 0: no limit

  std::vector<Network> trusted_proxies;
  std::vector<std::string> cors_allowed_origins;

  // Where other nodes reach this one; none: this node is alone.
  std::optional<Endpoint> cluster_listen;
  std::string cluster_advertise;  // "host:port"; empty: as cluster_listen
  std::string cluster_name;
  std::filesystem::path cluster_cert;
  std::filesystem::path cluster_key;
  std::filesystem::path cluster_ca;

  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::json;

  // False: the embedded SQLite database in data_dir.
  bool uses_postgresql() const { return !db_name.empty(); }

  bool is_clustered() const { return cluster_listen.has_value(); }
};

// Everything that load() looks at, so that it can be tried without touching the process.
struct Sources {
  // Without the program's name and command word.
  std::vector<std::string> arguments;
  Values environment;
  // Holds .env; a relative DATA_DIR or --config is taken from here.
  std::filesystem::path working_directory;
  // Added to the default of ALLOWED_HOSTS.
  std::string hostname;
};

struct Loaded {
  Settings settings;
  // One sentence each; none quotes a secret. If there are any, `settings` must not be used, and the
  // process exits with kExitBadSettings.
  std::vector<std::string> mistakes;
  // --help was asked for: nothing else was done.
  bool help = false;
};

// EX_CONFIG of sysexits.h.
inline constexpr int kExitBadSettings = 78;

// Flags before environment before .env before --config FILE before defaults. An empty value stands
// for the default. All mistakes are collected. Without mistakes, and unless SECRET_KEY is set, the
// key kept in DATA_DIR is read or made.
Loaded load(const Sources& sources);

// The sources of this process. Call it before other threads run: it reads the environment.
Sources process_sources(std::vector<std::string> arguments);

// What the table says of one setting, for help texts and documentation.
struct SettingDescription {
  std::string name;
  std::string flag;
  std::string sentence;
  std::string accepts;
  std::string default_text;
};

std::vector<SettingDescription> describe_settings();

// The settings part of --help: one paragraph for each setting.
std::string settings_help();

}  // namespace confab::config
