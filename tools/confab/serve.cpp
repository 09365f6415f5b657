#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "actors/cluster/cluster.hpp"
#include "actors/node.hpp"
#include "config/log.hpp"
#include "config/metrics.hpp"
#include "http/application.hpp"
#include "http/server/server.hpp"
#include "tools/confab/commands.hpp"

namespace confab {

namespace {

constexpr std::chrono::seconds kDrain{10};
// After this the process ends whatever still hangs (a database that does not answer, say): nothing
// that was acknowledged depends on what would have followed.
constexpr std::chrono::seconds kLastResort{20};

http::ServerOptions server_options(const config::Settings& settings) {
  http::ServerOptions options;
  options.address = settings.listen.host;
  options.port = settings.listen.port;
  options.io_threads = static_cast<unsigned>(settings.io_threads);
  options.max_body = settings.max_body_bytes;
  options.max_connections_per_peer = options.max_connections / 2;  // nobody takes them all
  if (settings.is_clustered()) options.request_timeout = actors::kRequestBudget;
  return options;
}

/// Blocks the signals that end the server, so that every thread started later leaves them to
/// wait().
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    // Whoever writes to a connection that the other side has closed is told so by the call: OpenSSL
    // and CAF do not ask the system to keep the signal back.
    std::signal(SIGPIPE, SIG_IGN);
  }
  int wait() {
    int signal = 0;
    sigwait(&set_, &signal);
    return signal;
  }

 private:
  sigset_t set_{};
};

void observe(const http::Server& server, std::vector<metrics::Observation>& observations) {
  using metrics::ObservedKind;
  const http::ServerCounters& counters = server.counters();
  auto add = [&](ObservedKind kind, const char* name, const char* help, auto& counter) {
    observations.push_back(metrics::observe(
        kind, name, help, {}, [&counter] { return static_cast<double>(counter.load()); }));
  };
  add(ObservedKind::gauge, "confab_connections_open", "Open client connections.", counters.open);
  add(ObservedKind::counter, "confab_connections_accepted_total", "Connections accepted.",
      counters.accepted);
  add(ObservedKind::counter, "confab_connections_refused_total", "Connections over a limit.",
      counters.refused);
  add(ObservedKind::counter, "confab_protocol_errors_total", "Requests that were no HTTP.",
      counters.protocol_errors);
  add(ObservedKind::counter, "confab_slow_readers_total", "Connections cut off for reading slowly.",
      counters.cut_off);
}

/// Without an administrator, says in the log, and to somebody at a terminal, how to become the
/// first. The token stands behind the #, so that no browser sends it in an address.
void offer_setup(actors::Node& node, const std::string& address) {
  node.ask(actors::OfferSetup{}, [address](const storage::Result<actors::SetupToken>& offered) {
    if (!offered.has_value()) return;
    const std::string url =
        "http://" + address + "/admin/setup/#token=" + offered.assume_value().token;
    log::info("setup", {{"url", url}, {"valid_minutes", 30}});
    if (isatty(STDOUT_FILENO) == 0) return;  // a file of log lines stays one
    fmt::print(
        "There is no administrator yet. Create one within 30 minutes at\n  {}\n"
        "or with: confab createsuperuser\n",
        url);
    std::fflush(stdout);
  });
}

void end_in_time() {
  std::thread([] {
    std::this_thread::sleep_for(kLastResort);
    std::fputs("confab: still busy; ending anyway\n", stderr);
    _exit(1);
  }).detach();
}

int run(const config::Settings& settings, EndSignals& signals) {
  if (const std::string mistake = actors::cluster_mistake(settings); !mistake.empty()) {
    fmt::print(stderr, "confab: {}\n", mistake);
    return config::kExitBadSettings;
  }
  auto store = open_store(settings);
  if (!store.has_value()) return complain("cannot open the database", store.error());
  auto migrated = store.value()->migrate();
  if (!migrated.has_value()) return complain("cannot prepare the database", migrated.error());

  actors::Node node(settings, std::move(store.value()));
  auto started = node.start();
  if (!started.has_value()) return complain("cannot start", started.error());
  http::Application application(settings, node);
  http::Server server(server_options(settings), application.handler());
  if (std::string reason = server.start(); !reason.empty()) {
    fmt::print(stderr, "confab: cannot listen on {}: {}\n", config::to_string(settings.listen),
               reason);
    return 1;
  }
  std::vector<metrics::Observation> observations;
  observe(server, observations);
  metrics::observe_process();
  config::Endpoint bound{settings.listen.host, server.port()};
  log::info("listening", {{"address", config::to_string(bound)},
                          {"database", settings.uses_postgresql() ? "postgresql" : "sqlite"},
                          {"migrations_applied", migrated.value()}});
  offer_setup(node, config::to_string(bound));

  int signal = signals.wait();
  log::info("draining", {{"signal", signal}});
  end_in_time();
  observations.clear();
  node.end_streams();
  server.drain(kDrain);
  node.stop();
  log::info("stopped", {});
  return 0;
}

}  // namespace

int serve(const Arguments& arguments) {
  config::Settings settings = load_settings_or_exit(arguments, "Usage: confab serve [SETTINGS]\n");
  EndSignals signals;
  log::start(settings.log_level, settings.log_format);
  int status = run(settings, signals);
  log::stop();
  return status;
}

}  // namespace confab
