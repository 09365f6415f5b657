#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/settings.hpp"

namespace confab::config {

namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Values complete() {
  return {{"DB_NAME", "confab"},
          {"SECRET_KEY", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH-._~0123"},
          {"CLUSTER_LISTEN", "10.0.0.1:7000"},
          {"CLUSTER_NAME", "one"},
          {"CLUSTER_CERT", "/etc/confab/one.pem"},
          {"CLUSTER_KEY", "/etc/confab/one.key"},
          {"CLUSTER_CA", "/etc/confab/ca.pem"}};
}

Loaded load_with(Values values) {
  Sources sources;
  sources.environment = std::move(values);
  sources.working_directory = "/nonexistent";
  return load(sources);
}

TEST(ClusterSettings, AreOffUnlessAskedFor) {
  EXPECT_FALSE(Settings{}.is_clustered());
  const Loaded loaded = load_with(complete());
  EXPECT_THAT(loaded.mistakes, IsEmpty());
  EXPECT_TRUE(loaded.settings.is_clustered());
  EXPECT_EQ(loaded.settings.cluster_listen->port, 7000);
  EXPECT_EQ(loaded.settings.cluster_advertise, "10.0.0.1:7000");
}

TEST(ClusterSettings, NeedEachOther) {
  for (const char* name :
       {"DB_NAME", "SECRET_KEY", "CLUSTER_NAME", "CLUSTER_CERT", "CLUSTER_KEY", "CLUSTER_CA"}) {
    Values values = complete();
    values.erase(name);
    const Loaded loaded = load_with(std::move(values));
    ASSERT_EQ(loaded.mistakes.size(), 1U) << name;
    EXPECT_THAT(loaded.mistakes[0], HasSubstr(name));
  }
}

TEST(ClusterSettings, RefuseAnAddressWithoutAPort) {
  for (const char* name : {"CLUSTER_LISTEN", "CLUSTER_ADVERTISE"}) {
    Values values = complete();
    values[name] = "10.0.0.1";
    EXPECT_EQ(load_with(std::move(values)).mistakes.size(), 1U) << name;
  }
}

}  // namespace

}  // namespace confab::config
