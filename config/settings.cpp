#include "config/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "config/flags.hpp"
#include "config/secret_key.hpp"
#include "config/settings_table.hpp"

namespace confab::config {
namespace {

namespace fs = std::filesystem;

struct Source {
  std::string label;
  Values values;
};

void append(std::vector<std::string>& to, std::vector<std::string> from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

Source env_file_source(const fs::path& path, std::string label,
                       std::vector<std::string>& mistakes) {
  auto file = read_env_file(path);
  append(mistakes, std::move(file.mistakes));
  return {std::move(label), std::move(file.values)};
}

bool is_known(std::string_view name) {
  const auto& table = settings_table();
  return std::any_of(table.begin(), table.end(), [name](const Setting& setting) {
    return setting.name == name || setting.alias == name;
  });
}

// A .env file is shared with other programs; a file named by --config is ours alone, so a name that
// is unknown there is a slip of the pen.
void refuse_unknown_names(const Source& source, std::vector<std::string>& mistakes) {
  for (const auto& [name, value] : source.values) {
    if (!is_known(name)) {
      mistakes.push_back(fmt::format("{} is not a setting ({}).", name, source.label));
    }
  }
}

// In order of precedence.
std::vector<Source> read_sources(const Sources& sources, Flags flags,
                                 std::vector<std::string>& mistakes) {
  std::vector<Source> result;
  result.push_back({"flag", std::move(flags.values)});
  result.push_back({"environment", sources.environment});
  std::error_code ignored;
  if (const auto path = sources.working_directory / ".env"; fs::exists(path, ignored)) {
    result.push_back(env_file_source(path, ".env", mistakes));
  }
  if (flags.config_file) {
    const auto path = sources.working_directory / *flags.config_file;
    result.push_back(env_file_source(path, path.filename().string(), mistakes));
    refuse_unknown_names(result.back(), mistakes);
  }
  return result;
}

const std::string* find_value(const Source& source, const Setting& setting) {
  auto found = source.values.find(setting.name);
  if (found == source.values.end() && !setting.alias.empty()) {
    found = source.values.find(setting.alias);
  }
  return found == source.values.end() ? nullptr : &found->second;
}

// Control characters would let a value forge further lines of the report.
std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, 80)) {
    const auto code = static_cast<unsigned char>(c);
    result += code < 0x20 || code == 0x7f ? '?' : c;
  }
  return '"' + result + '"';
}

std::string refusal(const Setting& setting, const Source& source, const std::string& value) {
  const auto shown = setting.secret ? std::string("the value") : printable(value);
  return fmt::format("{} ({}): {} is not {}.", setting.name, source.label, shown, setting.accepts);
}

void apply(const Setting& setting, const std::vector<Source>& sources, Loaded& loaded) {
  for (const auto& source : sources) {
    if (const auto* value = find_value(source, setting)) {
      if (!value->empty() && !setting.assign(loaded.settings, *value)) {
        loaded.mistakes.push_back(refusal(setting, source, *value));
      }
      return;
    }
  }
}

void add_machine_names(Settings& settings, const std::string& hostname) {
  auto patterns = Settings{}.allowed_hosts.patterns();
  const auto& host = settings.listen.host;
  const auto listened = host.find(':') == std::string::npos ? host : '[' + host + ']';
  for (const auto& name : {hostname, listened}) {
    const bool is_name = !name.empty() && name != "0.0.0.0" && name != "[::]";
    if (is_name && std::find(patterns.begin(), patterns.end(), name) == patterns.end()) {
      patterns.push_back(name);
    }
  }
  settings.allowed_hosts = HostList(std::move(patterns));
}

void check_database(const Settings& settings, std::vector<std::string>& mistakes) {
  const bool others = !settings.db_user.empty() || !settings.db_password.empty() ||
                      !settings.db_host.empty() || settings.db_port.has_value();
  if (others && !settings.uses_postgresql()) {
    mistakes.emplace_back(
        "DB_NAME is not set, but other DB_ settings are: set it to use PostgreSQL, or clear them "
        "to use the embedded SQLite.");
  }
}

void check_secret_key(const Settings& settings, std::vector<std::string>& mistakes) {
  if (settings.secret_key.empty() || settings.debug) {
    return;
  }
  if (const auto weakness = weakness_of_secret_key(settings.secret_key.reveal())) {
    mistakes.push_back(fmt::format(
        "SECRET_KEY {}: set a long random one, or none to have one made (DEBUG lets it through).",
        *weakness));
  }
}

// A cluster's nodes must agree on everything that outlives one of them, and must know each other.
void check_cluster(Settings& settings, std::vector<std::string>& mistakes) {
  if (!settings.is_clustered()) return;
  auto need = [&](bool given, std::string_view name) {
    if (!given) mistakes.push_back(fmt::format("CLUSTER_LISTEN is set, but {} is not.", name));
  };
  need(settings.uses_postgresql(), "DB_NAME");
  need(!settings.secret_key.empty(), "SECRET_KEY");
  need(!settings.cluster_name.empty(), "CLUSTER_NAME");
  need(!settings.cluster_cert.empty(), "CLUSTER_CERT");
  need(!settings.cluster_key.empty(), "CLUSTER_KEY");
  need(!settings.cluster_ca.empty(), "CLUSTER_CA");
  if (settings.cluster_advertise.empty()) {
    settings.cluster_advertise = to_string(*settings.cluster_listen);
  }
}

void provide_secret_key(Loaded& loaded) {
  auto kept = kept_secret_key(loaded.settings.data_dir);
  loaded.settings.secret_key = std::move(kept.key);
  if (!kept.mistake.empty()) {
    loaded.mistakes.push_back(std::move(kept.mistake));
  }
}

}  // namespace

std::size_t default_worker_threads() { return std::max(1U, std::thread::hardware_concurrency()); }

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  auto host = text.substr(0, colon);
  const auto port_text = text.substr(colon + 1);
  const auto* const end = port_text.data() + port_text.size();
  std::uint16_t port = 0;
  const auto [parsed_to, error] = std::from_chars(port_text.data(), end, port);
  if (host_without_port(host) != host || host.empty() || error != std::errc{} || parsed_to != end) {
    return std::nullopt;
  }
  if (host.starts_with('[')) {
    host = host.substr(1, host.size() - 2);
  }
  return Endpoint{std::string(host), port};
}

std::string to_string(const Endpoint& endpoint) {
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", endpoint.host, endpoint.port)
                 : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

Loaded load(const Sources& sources) {
  Loaded loaded;
  auto flags = parse_flags(sources.arguments);
  loaded.help = flags.help;
  if (loaded.help) {
    return loaded;
  }
  loaded.mistakes = std::move(flags.mistakes);
  const auto values = read_sources(sources, std::move(flags), loaded.mistakes);
  auto& settings = loaded.settings;
  settings.allowed_hosts = HostList{};
  for (const auto& setting : settings_table()) {
    apply(setting, values, loaded);
  }
  if (settings.allowed_hosts.patterns().empty()) {
    add_machine_names(settings, sources.hostname);
  }
  settings.data_dir = (sources.working_directory / settings.data_dir).lexically_normal();
  check_database(settings, loaded.mistakes);
  check_secret_key(settings, loaded.mistakes);
  check_cluster(settings, loaded.mistakes);
  if (loaded.mistakes.empty() && settings.secret_key.empty()) {
    provide_secret_key(loaded);
  }
  return loaded;
}

Sources process_sources(std::vector<std::string> arguments) {
  Sources sources;
  sources.arguments = std::move(arguments);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) {
      sources.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  std::error_code ignored;
  sources.working_directory = fs::current_path(ignored);
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0) {
    sources.hostname = name.data();
  }
  return sources;
}

std::vector<SettingDescription> describe_settings() {
  std::vector<SettingDescription> result;
  for (const auto& setting : settings_table()) {
    const auto name =
        setting.alias.empty() ? setting.name : fmt::format("{}, {}", setting.name, setting.alias);
    result.push_back(
        {name, flag_of(setting.name), setting.sentence, setting.accepts, setting.default_text});
  }
  return result;
}

std::string settings_help() {
  std::string help =
      "Settings, each as a flag or by its name in the environment, in .env or in a file.\n"
      "Flags come before the environment, that before .env, that before the file.\n\n"
      "  --config FILE\n      A file of KEY=value lines.\n";
  for (const auto& setting : describe_settings()) {
    help += fmt::format("  {}  ({})\n      {}\n      Accepts {}. Default: {}.\n", setting.flag,
                        setting.name, setting.sentence, setting.accepts, setting.default_text);
  }
  return help;
}

}  // namespace confab::config
