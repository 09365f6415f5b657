// The API as the preparation of a load uses it: blocking, one request after the other.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "tools/bench/options.hpp"
#include "tools/bench/response.hpp"

namespace confab::bench {

// Anything that keeps a measurement from being made; the text says what to do about it.
struct BenchError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Request line and headers up to, and without, the Content-Length.
std::string request_head(const Url& url, std::string_view method, std::string_view path,
                         std::string_view token);

// `head` completed by its length and body.
void append_request(std::string& into, std::string_view head, std::string_view body);

struct Account {
  nlohmann::json id;
  std::string username;
  std::string token;
};

// Not thread-safe. Throws BenchError when the server cannot be reached or refuses.
class Api {
 public:
  explicit Api(Url url);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  nlohmann::json call(std::string_view method, std::string_view path, std::string_view token,
                      const nlohmann::json& body = {});

  Account register_user(const std::string& username);
  void log_in(Account& account);
  std::string create_conversation(const Account& owner,
                                  const std::vector<nlohmann::json>& participants);
  // The new message's id.
  std::string post(const Account& sender, const std::string& conversation,
                   const std::string& content, const std::string& parent = {});

  const Url& url() const { return url_; }

  static constexpr const char* kPassword = "S3cure-pass-phrase";

 private:
  void connect();
  void disconnect();
  bool exchange(const std::string& request);

  Url url_;
  int socket_ = -1;
  ResponseReader reader_;
};

}  // namespace confab::bench
