#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "actors/cluster/gate/tls.hpp"

namespace confab::actors::cluster::test {

/// A certificate authority with the certificates that it issued, as PEM files in a directory of its
/// own that goes with it.
class Authority {
 public:
  explicit Authority(const std::string& name);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  /// Valid from yesterday until so long from now.
  Credentials issue(const std::string& name,
                    std::chrono::seconds lasts = std::chrono::hours(1)) const;

 private:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

  Certificate make(const std::string& name, EVP_PKEY* key, std::chrono::seconds lasts,
                   bool is_authority) const;

  std::filesystem::path directory_;
  Key key_{nullptr, EVP_PKEY_free};
  Certificate certificate_{nullptr, X509_free};
};

}  // namespace confab::actors::cluster::test
