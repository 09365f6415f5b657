#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>
#include <gtest/gtest.h>

#include "actors/auth/authenticator.hpp"
#include "actors/persistence/storage_actors.hpp"
#include "storage/store.hpp"

namespace confab::actors {

inline constexpr auto kPassword = "S3cure-pass-phrase";
inline constexpr auto kPeer = "192.0.2.1";
inline constexpr HashCost kCheapHash{64, 1};

/// An authenticator over a store of its own in a temporary file, with a clock that stands still
/// until it is moved.
class AuthFixture : public testing::Test {
 protected:
  static AuthenticatorSettings cheap_settings() {
    AuthenticatorSettings settings;
    settings.hash_cost = kCheapHash;
    return settings;
  }

  void SetUp() override {
    static std::atomic<int> number{0};
    directory_ = std::filesystem::temp_directory_path() /
                 ("confab-auth-" + std::to_string(getpid()) + '-' + std::to_string(++number));
    std::filesystem::create_directories(directory_);
    store_ = std::move(storage::open_sqlite((directory_ / "confab.db").string()).value());
    ASSERT_TRUE(store_->migrate().has_value());
    caf_config_.add_message_types<caf::id_block::confab>();
    caf_config_.set("scheduler.max-threads", std::size_t{2});
    system_ = std::make_unique<caf::actor_system>(caf_config_);
    persistence_ = std::make_unique<StorageActors>(*system_, *store_, statistics_);
    ASSERT_TRUE(persistence_->start(2).has_value());
    start(cheap_settings());
  }

  void TearDown() override {
    stop();
    persistence_->stop();
    system_.reset();
    persistence_.reset();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  /// Replaces the authenticator by one with other settings; what is stored stays.
  void start(AuthenticatorSettings settings) {
    stop();
    AuthenticatorContext context{std::move(settings), *persistence_, board_, signer_, {}, {}, {}};
    context.render_user = [](const storage::User& user) {
      return R"({"id":)" + std::to_string(user.id.value) + R"(,"username":")" + user.username +
             "\"}";
    };
    context.change_password = [this](const Caller&, UserId user, std::string hash,
                                     std::function<void(Result<Done>)> done) {
      change_user(
          user, [hash = std::move(hash)](storage::User& row) { row.password_hash = hash; },
          std::move(done));
    };
    if (renews_hashes_) {
      context.renew_hash = [this](UserId, std::string replaced, std::string hash) {
        renewed_.set_value({std::move(replaced), std::move(hash)});
      };
    }
    context.clock = [this] {
      if (clock_fails_.exchange(false)) throw std::bad_alloc();
      return storage::from_micros(clock_.load());
    };
    authenticator_ = spawn_authenticator(*system_, std::move(context));
  }

  void stop() {
    if (authenticator_) caf::anon_send_exit(authenticator_, caf::exit_reason::user_shutdown);
    authenticator_ = nullptr;
  }

  template <class Request>
  std::future<Result<typename Request::Reply>> send(Request request) {
    using Reply = typename Request::Reply;
    auto promise = std::make_shared<std::promise<Result<Reply>>>();
    auto future = promise->get_future();
    caf::anon_send(
        authenticator_, std::move(request),
        Answer<Reply>([promise](Result<Reply> result) { promise->set_value(std::move(result)); }));
    return future;
  }

  template <class T>
  static Result<T> wait_for(std::future<Result<T>>& future) {
    if (future.wait_for(std::chrono::seconds{60}) != std::future_status::ready) {
      return fail(ErrorCode::timed_out);
    }
    return future.get();
  }

  template <class Request>
  Result<typename Request::Reply> ask(Request request) {
    auto future = send(std::move(request));
    return wait_for(future);
  }

  /// Sends the request so many times at once.
  template <class Request>
  std::vector<Result<typename Request::Reply>> ask_at_once(const Request& request, int times) {
    std::vector<std::future<Result<typename Request::Reply>>> futures;
    for (int i = 0; i < times; ++i) futures.push_back(send(request));
    std::vector<Result<typename Request::Reply>> results;
    for (auto& future : futures) results.push_back(wait_for(future));
    return results;
  }

  static RegisterUser registration(const std::string& name) {
    RegisterUser request;
    request.username = name;
    request.email = name + "@example.com";
    request.password = kPassword;
    return request;
  }

  void register_user(const std::string& name) { ASSERT_TRUE(ask(registration(name)).has_value()); }

  Result<TokenPair> log_in(const std::string& name, const std::string& password = kPassword) {
    return ask(LogIn{name, password, kPeer});
  }

  Result<TokenPair> refresh(const std::string& token) { return ask(RefreshTokens{token}); }

  Claims claims_of(const std::string& token) const {
    return signer_.verify(token, storage::from_micros(clock_.load())).value();
  }

  Result<storage::User> stored_user(const std::string& name) {
    std::promise<Result<storage::User>> promise;
    persistence_->read<storage::User>(
        [name](storage::Reader& reader) { return reader.user(storage::LoginName{name}); },
        [&promise](Result<storage::User> user) { promise.set_value(std::move(user)); });
    return promise.get_future().get();
  }

  /// What a user's actor does when something changes that ends all logins.
  void change_user(UserId id, std::function<void(storage::User&)> change,
                   std::function<void(Result<Done>)> done) {
    persistence_->read<storage::User>(
        [id](storage::Reader& reader) { return reader.user(id); },
        [this, change = std::move(change), done = std::move(done)](Result<storage::User> found) {
          storage::User user = found.value();
          change(user);
          ++user.access_epoch;
          persistence_->commit(
              storage::UpdateUser{user}, [this, user, done](const auto& committed) {
                if (!committed.has_value()) return done(committed.error());
                board_.put(user.id, {user.role, user.is_active, user.access_epoch});
                done(Done{});
              });
        });
  }

  void deactivate(const std::string& name) {
    std::promise<bool> changed;
    change_user(
        stored_user(name).value().id, [](storage::User& user) { user.is_active = false; },
        [&changed](Result<Done> result) { changed.set_value(result.has_value()); });
    ASSERT_TRUE(changed.get_future().get());
  }

  void pass(std::chrono::microseconds time) { clock_ += time.count(); }

  bool renews_hashes_ = false;
  std::promise<std::pair<std::string, std::string>> renewed_;
  AccessBoard board_;
  TokenSigner signer_{"a key of sufficient length for the authenticator's tests"};
  std::atomic<std::int64_t> clock_{storage::to_micros(storage::now())};
  std::atomic<bool> clock_fails_{false};  ///< the next time
  std::unique_ptr<storage::Store> store_;
  StatisticsBoard statistics_;
  std::unique_ptr<StorageActors> persistence_;
  caf::actor_system_config caf_config_;
  std::unique_ptr<caf::actor_system> system_;
  Authenticator authenticator_;

 private:
  std::filesystem::path directory_;
};

/// What a request failed with; `internal` with the detail "no error" if it did not.
template <class T>
Error error_of(const Result<T>& result) {
  return result.has_value() ? fail(ErrorCode::internal, "no error") : result.error();
}

}  // namespace confab::actors
