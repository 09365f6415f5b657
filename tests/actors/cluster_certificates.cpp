#include "tests/actors/cluster_certificates.hpp"

#include <cstdio>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "storage/model/uuid.hpp"

namespace confab::actors::cluster::test {

namespace {

using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

File writing(const std::filesystem::path& path) {
  return {std::fopen(path.c_str(), "w"), std::fclose};
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

Authority::Authority(const std::string& name)
    : directory_(std::filesystem::temp_directory_path() /
                 ("confab-certificates-" + std::to_string(getpid()) + "-" +
                  storage::to_string(storage::make_uuid4()))),
      key_(EVP_EC_gen("P-256"), EVP_PKEY_free),
      certificate_(make(name, key_.get(), std::chrono::hours(1), true)) {
  std::filesystem::create_directories(directory_);
  PEM_write_X509(writing(directory_ / "authority.pem").get(), certificate_.get());
}

Authority::~Authority() { std::filesystem::remove_all(directory_); }

Authority::Certificate Authority::make(const std::string& name, EVP_PKEY* key,
                                       std::chrono::seconds lasts, bool is_authority) const {
  Certificate made(X509_new(), X509_free);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), is_authority ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -24 * 3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), static_cast<long>(lasts.count()));
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509* issuer = is_authority ? made.get() : certificate_.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
  if (is_authority) {
    add_extension(made.get(), issuer, NID_basic_constraints, "critical,CA:TRUE");
  } else {
    add_extension(made.get(), issuer, NID_subject_alt_name, "DNS:" + name);
  }
  X509_sign(made.get(), key_.get(), EVP_sha256());
  return made;
}

Credentials Authority::issue(const std::string& name, std::chrono::seconds lasts) const {
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const Certificate certificate = make(name, key.get(), lasts, false);
  const std::string stem = storage::to_string(storage::make_uuid4());
  Credentials files{directory_ / (stem + ".pem"), directory_ / (stem + ".key"),
                    directory_ / "authority.pem"};
  PEM_write_X509(writing(files.certificate).get(), certificate.get());
  PEM_write_PrivateKey(writing(files.key).get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return files;
}

}  // namespace confab::actors::cluster::test
