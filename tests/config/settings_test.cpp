#include "config/settings.hpp"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/temporary_directory.hpp"

namespace confab::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr const char* kSoundKey = "q8Zf1v0RkP6yT3mXw9LbN2sJ7hD5cA4e";

class SettingsTest : public testing::Test {
 protected:
  Loaded load_with(std::vector<std::string> arguments = {}, Values environment = {}) {
    environment.emplace("SECRET_KEY", kSoundKey);
    return load_exactly(std::move(arguments), std::move(environment));
  }

  Loaded load_exactly(std::vector<std::string> arguments, Values environment) {
    return load({std::move(arguments), std::move(environment), directory_.path(), "myhost"});
  }

  TemporaryDirectory directory_;
};

TEST_F(SettingsTest, HasDefaults) {
  const auto loaded = load_with();
  ASSERT_THAT(loaded.mistakes, IsEmpty());
  const auto& settings = loaded.settings;
  EXPECT_EQ(settings.listen, (Endpoint{"127.0.0.1", 8000}));
  EXPECT_EQ(settings.data_dir, directory_.path() / "data");
  EXPECT_FALSE(settings.uses_postgresql());
  EXPECT_FALSE(settings.debug);
  EXPECT_TRUE(settings.login_throttle);
  EXPECT_EQ(settings.access_token_lifetime, std::chrono::minutes(60));
  EXPECT_EQ(settings.event_retention, std::chrono::days(7));
  EXPECT_GE(settings.worker_threads, 1U);
  EXPECT_THAT(settings.allowed_hosts.patterns(),
              UnorderedElementsAre("localhost", "127.0.0.1", "[::1]", "myhost"));
}

TEST_F(SettingsTest, EachSourceYieldsToTheOneAboveIt) {
  directory_.write("file.conf", "DB_READERS=2\nIO_THREADS=2\nAUTH_THREADS=2\nRATE_LIMIT=2\n");
  directory_.write(".env", "IO_THREADS=3\nAUTH_THREADS=3\nRATE_LIMIT=3\n");
  const auto loaded = load_with({"--config", "file.conf", "--rate-limit", "5"},
                                {{"AUTH_THREADS", "4"}, {"RATE_LIMIT", "4"}});
  ASSERT_THAT(loaded.mistakes, IsEmpty());
  EXPECT_EQ(loaded.settings.db_readers, 2U);
  EXPECT_EQ(loaded.settings.io_threads, 3U);
  EXPECT_EQ(loaded.settings.auth_threads, 4U);
  EXPECT_EQ(loaded.settings.rate_limit, 5U);
}

TEST_F(SettingsTest, AnEmptyValueStandsForTheDefault) {
  directory_.write(".env", "DB_NAME=chat\nDB_PORT=6432\nDB_READERS=9\n");
  const auto loaded = load_with({}, {{"DB_NAME", ""}, {"DB_PORT", ""}, {"DB_READERS", ""}});
  ASSERT_THAT(loaded.mistakes, IsEmpty());
  EXPECT_FALSE(loaded.settings.uses_postgresql());
  EXPECT_EQ(loaded.settings.db_port, std::nullopt);
  EXPECT_EQ(loaded.settings.db_readers, Settings{}.db_readers);
}

TEST_F(SettingsTest, ReadsTheEnvFileOfADjangoProject) {
  directory_.write(".env",
                   "DEBUG=True\nSECRET_KEY=your-secret-key-here\n\n# Hosts\n"
                   "DJANGO_ALLOWED_HOSTS=localhost,127.0.0.1\n\nDB_NAME=\nDB_USER=\n"
                   "DB_PASSWORD=\nDB_HOST=\nDB_PORT=\nEMAIL_HOST=mail.example.org\n");
  const auto loaded = load_exactly({}, {});
  ASSERT_THAT(loaded.mistakes, IsEmpty());
  EXPECT_TRUE(loaded.settings.debug);
  EXPECT_EQ(loaded.settings.secret_key.reveal(), "your-secret-key-here");
  EXPECT_THAT(loaded.settings.allowed_hosts.patterns(), ElementsAre("localhost", "127.0.0.1"));
  EXPECT_FALSE(loaded.settings.uses_postgresql());
}

TEST_F(SettingsTest, KnowsAllHostSpellings) {
  EXPECT_TRUE(load_with({"--allowed-hosts=.example.org , other.org"})
                  .settings.allowed_hosts.allows("www.example.org"));
  EXPECT_TRUE(load_with({"--django-allowed-hosts", "*"}).settings.allowed_hosts.allows("x"));
  EXPECT_TRUE(load_with({}, {{"ALLOWED_HOSTS", "a.org"}, {"DJANGO_ALLOWED_HOSTS", "b.org"}})
                  .settings.allowed_hosts.allows("a.org"));
}

TEST_F(SettingsTest, TheAddressListenedOnIsOneOfTheMachinesNames) {
  EXPECT_TRUE(load_with({"--listen", "10.1.2.3:80"}).settings.allowed_hosts.allows("10.1.2.3"));
  EXPECT_TRUE(load_with({"--listen", "[fd00::1]:80"}).settings.allowed_hosts.allows("[fd00::1]"));
  EXPECT_THAT(load_with({"--listen", "0.0.0.0:80"}).settings.allowed_hosts.patterns(),
              Not(Contains("0.0.0.0")));
}

TEST_F(SettingsTest, DjangosSpellingsOfTruth) {
  for (const auto* on : {"True", "true", "1", "on", "YES", "y", "ok"}) {
    EXPECT_TRUE(load_with({}, {{"DEBUG", on}}).settings.debug) << on;
  }
  for (const auto* off : {"False", "0", "off", "No", "n", ""}) {
    EXPECT_FALSE(load_with({}, {{"DEBUG", off}}).settings.debug) << off;
  }
}

TEST_F(SettingsTest, ASwitchMayStandAlone) {
  EXPECT_TRUE(load_with({"--debug"}).settings.debug);
  EXPECT_TRUE(load_with({"--debug", "--io-threads", "2"}).settings.debug);
  EXPECT_FALSE(load_with({"--login-throttle", "off"}).settings.login_throttle);
  EXPECT_FALSE(load_with({"--login-throttle=off"}).settings.login_throttle);
}

TEST_F(SettingsTest, ConnectsToPostgresql) {
  const auto loaded = load_with({}, {{"DB_NAME", "chat"},
                                     {"DB_USER", "me"},
                                     {"DB_PASSWORD", "pa ss"},
                                     {"DB_HOST", "/run/postgresql"},
                                     {"DB_PORT", "6432"}});
  ASSERT_THAT(loaded.mistakes, IsEmpty());
  EXPECT_TRUE(loaded.settings.uses_postgresql());
  EXPECT_EQ(loaded.settings.db_password.reveal(), "pa ss");
  EXPECT_EQ(loaded.settings.db_host, "/run/postgresql");
  EXPECT_EQ(loaded.settings.db_port, 6432);
}

TEST_F(SettingsTest, ReportsEveryMistakeAtOnce) {
  directory_.write(".env", "nonsense\nLOG_FORMAT=xml\n");
  directory_.write("file.conf", "DB_READRES=4\n");
  const auto loaded = load_exactly(
      {"--config=file.conf", "--lisen", "--io-threads", "many"},
      {{"SECRET_KEY", "changeme"}, {"LISTEN", "8000"}, {"DB_USER", "me"}, {"DEBUG", "perhaps"}});
  EXPECT_THAT(
      loaded.mistakes,
      UnorderedElementsAre(HasSubstr("--lisen"), HasSubstr(".env, line 1"), HasSubstr("DB_READRES"),
                           AllOf(HasSubstr("IO_THREADS (flag)"), HasSubstr("\"many\""),
                                 HasSubstr("a whole number from 1 to 64")),
                           AllOf(HasSubstr("LISTEN (environment)"), HasSubstr("\"8000\"")),
                           AllOf(HasSubstr("LOG_FORMAT (.env)"), HasSubstr("one of json, text")),
                           HasSubstr("DEBUG (environment)"), HasSubstr("DB_NAME"),
                           HasSubstr("SECRET_KEY contains a well-known placeholder")));
}

struct Refused {
  const char* name;
  const char* value;
};

class RefusedValue : public SettingsTest, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedValue, IsAMistake) {
  const auto loaded = load_with({}, {{GetParam().name, GetParam().value}});
  EXPECT_THAT(loaded.mistakes, ElementsAre(HasSubstr(GetParam().name)));
}

INSTANTIATE_TEST_SUITE_P(
    Values, RefusedValue,
    testing::Values(Refused{"LISTEN", "127.0.0.1"}, Refused{"LISTEN", "127.0.0.1:65536"},
                    Refused{"LISTEN", ":80"}, Refused{"LISTEN", "::1:80"},
                    Refused{"LISTEN", "a:80x"}, Refused{"IO_THREADS", "0"},
                    Refused{"IO_THREADS", "1.5"}, Refused{"IO_THREADS", " 1"},
                    Refused{"IO_THREADS", "-1"}, Refused{"MAX_BODY_BYTES", "99999999999999999999"},
                    Refused{"ALLOWED_HOSTS", "http://a.org"}, Refused{"ALLOWED_HOSTS", "a.org:80"},
                    Refused{"TRUSTED_PROXIES", "10.0.0.0/99"}, Refused{"TRUSTED_PROXIES", "proxy"},
                    Refused{"CORS_ALLOWED_ORIGINS", "*"},
                    Refused{"CORS_ALLOWED_ORIGINS", "https://a.org/path"},
                    Refused{"CORS_ALLOWED_ORIGINS", "a.org"}, Refused{"LOG_LEVEL", "loud"},
                    Refused{"IDEMPOTENCY_RETENTION_HOURS", "1"}));

TEST_F(SettingsTest, ReadsLists) {
  const auto loaded = load_with({"--trusted-proxies=10.0.0.0/8, ::1",
                                 "--cors-allowed-origins=https://a.org,http://localhost:3000"});
  ASSERT_THAT(loaded.mistakes, IsEmpty());
  EXPECT_TRUE(any_contains(loaded.settings.trusted_proxies, "10.9.9.9"));
  EXPECT_THAT(loaded.settings.cors_allowed_origins,
              ElementsAre("https://a.org", "http://localhost:3000"));
}

TEST_F(SettingsTest, AMistakeCannotForgeAnotherLine) {
  const auto loaded = load_with({"--log-level", "x\nSECRET_KEY is fine"});
  EXPECT_THAT(loaded.mistakes, ElementsAre(Not(HasSubstr("\n"))));
}

TEST_F(SettingsTest, FlagsWithoutValueOrNameAreMistakes) {
  EXPECT_THAT(load_with({"--listen"}).mistakes, ElementsAre("--listen needs a value."));
  EXPECT_THAT(load_with({"--config"}).mistakes, ElementsAre("--config needs a file."));
  EXPECT_THAT(load_with({"--config", "none"}).mistakes, ElementsAre(HasSubstr("none")));
  EXPECT_THAT(load_with({"hunter2"}).mistakes, ElementsAre(Not(HasSubstr("hunter2"))));
}

TEST_F(SettingsTest, WeakKeysNeedDebug) {
  const Values weak = {{"SECRET_KEY", "weak-canary"}};
  EXPECT_THAT(load_exactly({}, weak).mistakes,
              ElementsAre(AllOf(HasSubstr("SECRET_KEY"), Not(HasSubstr("weak-canary")))));
  EXPECT_THAT(load_exactly({"--debug"}, weak).mistakes, IsEmpty());
}

TEST_F(SettingsTest, WithoutAKeyOneIsMadeAndKept) {
  const auto first = load_exactly({}, {});
  ASSERT_THAT(first.mistakes, IsEmpty());
  EXPECT_GE(first.settings.secret_key.reveal().size(), 32U);
  EXPECT_EQ(load_exactly({}, {}).settings.secret_key.reveal(), first.settings.secret_key.reveal());
}

TEST_F(SettingsTest, NoKeyIsMadeWhenThereAreMistakesOrHelpIsWanted) {
  load_exactly({"--io-threads", "0"}, {});
  EXPECT_TRUE(load_exactly({"--help"}, {}).help);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "data"));
}

TEST_F(SettingsTest, EveryDefaultIsWithinItsBounds) {
  for (const auto& setting : describe_settings()) {
    const bool is_value = setting.default_text.find(' ') == std::string::npos &&
                          setting.default_text != "none" && setting.name != "WORKER_THREADS";
    if (is_value && setting.name != "DB_PORT") {
      EXPECT_THAT(load_with({setting.flag + "=" + setting.default_text}).mistakes, IsEmpty())
          << setting.name;
    }
  }
}

TEST(SettingsHelp, TellsOfEverySettingOnce) {
  const auto help = settings_help();
  std::set<std::string> names;
  for (const auto& setting : describe_settings()) {
    EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
    EXPECT_THAT(help, AllOf(HasSubstr(setting.flag), HasSubstr(setting.sentence)));
    EXPECT_TRUE(setting.sentence.ends_with('.')) << setting.sentence;
  }
}

TEST(Endpoint, IsWrittenAsItIsRead) {
  for (const auto* text : {"127.0.0.1:8000", "[::1]:0", "example.org:65535"}) {
    const auto endpoint = parse_endpoint(text);
    ASSERT_TRUE(endpoint.has_value()) << text;
    EXPECT_EQ(to_string(*endpoint), text);
  }
}

}  // namespace
}  // namespace confab::config
