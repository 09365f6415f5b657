#include "tools/bench/api.hpp"

#include <array>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace confab::bench {

using nlohmann::json;

std::string request_head(const Url& url, std::string_view method, std::string_view path,
                         std::string_view token) {
  std::string head =
      fmt::format("{} {} HTTP/1.1\r\nHost: {}:{}\r\n", method, path, url.host, url.port);
  if (!token.empty()) {
    head += fmt::format("Authorization: Bearer {}\r\n", token);
  }
  return head;
}

void append_request(std::string& into, std::string_view head, std::string_view body) {
  into += head;
  if (!body.empty()) {
    fmt::format_to(std::back_inserter(into),
                   "Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  }
  into += "\r\n";
  into += body;
}

Api::Api(Url url) : url_(std::move(url)) {}

Api::~Api() { disconnect(); }

json Api::call(std::string_view method, std::string_view path, std::string_view token,
               const json& body) {
  std::string request;
  append_request(request, request_head(url_, method, path, token),
                 body.is_null() ? "" : body.dump());
  // A connection that was kept may have been closed in the meantime.
  if (!exchange(request) && !exchange(request)) {
    throw BenchError(
        fmt::format("no answer from http://{}:{} to {} {}", url_.host, url_.port, method, path));
  }
  const int status = reader_.status();
  json answer = json::parse(reader_.body(), nullptr, false);
  if (status < 200 || status > 299) {
    throw BenchError(
        fmt::format("{} {}: {} {}", method, path, status, reader_.body().substr(0, 500)));
  }
  return answer;
}

Account Api::register_user(const std::string& username) {
  const json body = {
      {"username", username}, {"email", username + "@example.com"}, {"password", kPassword}};
  const json made = call("POST", "/api/users/", "", body);
  return Account{made.at("id"), username, ""};
}

void Api::log_in(Account& account) {
  const json body = {{"username", account.username}, {"password", kPassword}};
  account.token = call("POST", "/api/token/", "", body).at("access");
}

std::string Api::create_conversation(const Account& owner, const std::vector<json>& participants) {
  return call("POST", "/api/conversations/", owner.token, {{"participant_ids", participants}})
      .at("conversation_id");
}

std::string Api::post(const Account& sender, const std::string& conversation,
                      const std::string& content, const std::string& parent) {
  json body = {{"content", content}};
  if (!parent.empty()) {
    body["parent_message"] = parent;
  }
  const std::string path = fmt::format("/api/conversations/{}/messages/", conversation);
  return call("POST", path, sender.token, body).at("message_id");
}

void Api::connect() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(url_.port);
  if (inet_pton(AF_INET, url_.host.c_str(), &address.sin_addr) != 1) {
    throw BenchError(fmt::format("{} is no IPv4 address", url_.host));
  }
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    disconnect();
    throw BenchError(fmt::format("nothing listens on http://{}:{}", url_.host, url_.port));
  }
}

void Api::disconnect() {
  if (socket_ >= 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

bool Api::exchange(const std::string& request) {
  if (socket_ < 0) {
    connect();
  }
  reader_.clear();
  bool open = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) ==
              static_cast<ssize_t>(request.size());
  std::array<char, 65536> buffer;
  while (open && !reader_.complete()) {
    const ssize_t received = ::recv(socket_, buffer.data(), buffer.size(), 0);
    open = received > 0;
    if (open) {
      reader_.feed({buffer.data(), static_cast<std::size_t>(received)});
    } else {
      reader_.finish();
    }
  }
  if (!open || reader_.closes()) {
    disconnect();
  }
  return reader_.complete();
}

}  // namespace confab::bench
