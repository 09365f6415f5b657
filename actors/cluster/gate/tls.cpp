#include "actors/cluster/gate/tls.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace confab::actors::cluster {

namespace {

std::string last_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return reason != nullptr ? reason : "unknown reason";
}

bool is_for(X509* certificate, const std::string& name) {
  return X509_check_host(certificate, name.c_str(), name.size(), 0, nullptr) == 1;
}

TlsSession new_session(SSL_CTX* context, int socket) {
  TlsSession session(SSL_new(context), SSL_free);
  if (session) SSL_set_fd(session.get(), socket);
  return session;
}

}  // namespace

TlsContext make_tls_context(const Credentials& credentials, const std::string& name,
                            std::string& mistake) {
  TlsContext context(SSL_CTX_new(TLS_method()), SSL_CTX_free);
  SSL_CTX* raw = context.get();
  auto refuse = [&](const std::string& what) {
    mistake = what;
    return TlsContext(nullptr, SSL_CTX_free);
  };
  if (raw == nullptr || SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) != 1) {
    return refuse("TLS 1.3 is not available (" + last_reason() + ")");
  }
  if (SSL_CTX_use_certificate_chain_file(raw, credentials.certificate.c_str()) != 1) {
    return refuse("the certificate " + credentials.certificate.string() + " cannot be used (" +
                  last_reason() + ")");
  }
  if (SSL_CTX_use_PrivateKey_file(raw, credentials.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return refuse("the key " + credentials.key.string() + " cannot be used (" + last_reason() +
                  ")");
  }
  if (SSL_CTX_load_verify_locations(raw, credentials.authority.c_str(), nullptr) != 1) {
    return refuse("the authority " + credentials.authority.string() + " cannot be used (" +
                  last_reason() + ")");
  }
  if (!is_for(SSL_CTX_get0_certificate(raw), name)) {
    return refuse("the certificate " + credentials.certificate.string() + " is not for a node " +
                  name);
  }
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 0);
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  return context;
}

TlsSession accepting_session(SSL_CTX* context, int socket) {
  TlsSession session = new_session(context, socket);
  if (session) SSL_set_accept_state(session.get());
  return session;
}

TlsSession connecting_session(SSL_CTX* context, int socket, const std::string& name) {
  TlsSession session = new_session(context, socket);
  if (!session || SSL_set1_host(session.get(), name.c_str()) != 1) {
    return TlsSession(nullptr, SSL_free);
  }
  SSL_set_connect_state(session.get());
  return session;
}

bool peer_is_one_of(SSL* session, const std::vector<std::string>& names) {
  X509* certificate = SSL_get0_peer_certificate(session);
  if (certificate == nullptr || SSL_get_verify_result(session) != X509_V_OK) return false;
  for (const std::string& name : names) {
    if (is_for(certificate, name)) return true;
  }
  return false;
}

}  // namespace confab::actors::cluster
