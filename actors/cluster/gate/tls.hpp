#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

namespace confab::actors::cluster {

/// A node's certificate, its key, and the authority that all nodes' certificates come from (PEM).
struct Credentials {
  std::filesystem::path certificate;
  std::filesystem::path key;
  std::filesystem::path authority;
};

using TlsContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using TlsSession = std::unique_ptr<SSL, decltype(&SSL_free)>;

/// For both ends: TLS 1.3 only, both certificates required and checked against the authority, no
/// resumption. Null, with a sentence in `mistake`, if the files are not usable or if the
/// certificate is not for `name`.
TlsContext make_tls_context(const Credentials& credentials, const std::string& name,
                            std::string& mistake);

/// The end that was connected to; the other end's name is checked by peer_is_one_of().
TlsSession accepting_session(SSL_CTX* context, int socket);

/// The end that connects, to a node of this name and to no other.
TlsSession connecting_session(SSL_CTX* context, int socket, const std::string& name);

/// Whether the certificate shown, already checked, is for one of these names.
bool peer_is_one_of(SSL* session, const std::vector<std::string>& names);

}  // namespace confab::actors::cluster
