#include "tests/storage/cutting_proxy.hpp"

#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace confab::storage::test {

namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("socket path too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

int connect_to(const std::string& path) {
  const int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
  const sockaddr_un address = address_of(path);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}

/// What has arrived, or nothing at the end of the stream.
std::vector<char> receive(int descriptor) {
  std::vector<char> bytes(1 << 16);
  const ssize_t size = read(descriptor, bytes.data(), bytes.size());
  bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return bytes;
}

bool send_all(int descriptor, const std::vector<char>& bytes) {
  return send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

}  // namespace

CuttingProxy::CuttingProxy(const std::string& directory, int port, std::string server)
    : server_(std::move(server)), listener_(socket(AF_UNIX, SOCK_STREAM, 0)) {
  const sockaddr_un address = address_of(directory + "/.s.PGSQL." + std::to_string(port));
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener_, 8) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  thread_ = std::thread([this] { run(); });
}

CuttingProxy::~CuttingProxy() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void CuttingProxy::run() {
  // Several at a time: the store's upkeep has a connection of its own.
  std::vector<std::jthread> served;
  while (true) {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    if (refuses_) {
      close(client);
      continue;
    }
    served.emplace_back([this, client] {
      serve(client);
      close(client);
    });
  }
}

void CuttingProxy::serve(int client) {
  const int server = connect_to(server_);
  pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
  bool open = server >= 0;
  bool has_answered = true;
  while (open && poll(ends, 2, -1) > 0) {
    if (ends[0].revents != 0) {
      round_trips_ += std::exchange(has_answered, false) ? 1 : 0;
      open = pass_request(client, server);
    }
    if (open && ends[1].revents != 0) {
      has_answered = true;
      const auto bytes = receive(server);
      open = !bytes.empty() && send_all(client, bytes);
    }
  }
  const std::lock_guard lock(mutex_);
  if (server >= 0 && server != late_.server) close(server);
}

void CuttingProxy::deliver_late() {
  Late late;
  {
    const std::lock_guard lock(mutex_);
    late = std::exchange(late_, {});
  }
  send_all(late.server, late.bytes);
  shutdown(late.server, SHUT_WR);
  while (!receive(late.server).empty()) continue;
  close(late.server);
}

bool CuttingProxy::pass_request(int client, int server) {
  const auto bytes = receive(client);
  if (bytes.empty()) return false;
  const std::string_view text(bytes.data(), bytes.size());
  const bool commits =
      text.find("COMMIT") != std::string_view::npos ||
      text.find("confab_commit") != std::string_view::npos;  // the prepared statement
  const Cut cut = commits ? cut_.exchange(Cut::none) : Cut::none;
  if (cut != Cut::none) ++cuts_;
  if (cut == Cut::request) return false;
  if (cut == Cut::late) {
    const std::lock_guard lock(mutex_);
    late_ = {server, bytes};
    return false;
  }
  if (!send_all(server, bytes)) return false;
  if (cut == Cut::answer) receive(server);
  return cut == Cut::none;
}

}  // namespace confab::storage::test
