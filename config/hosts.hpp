// Which Host headers the server answers to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace confab::config {

// The value of a Host header without its port: "Example.org:8000" gives "Example.org", "[::1]:80"
// gives "[::1]". Empty when the header is not a well-formed host.
std::string_view host_without_port(std::string_view header);

// The allow-list of ALLOWED_HOSTS, with Django's patterns: an exact name, ".example.org" for a
// domain and all of its subdomains, "*" for every well-formed host. Case does not count, nor does a
// dot at the end of the name. Immutable after construction, hence safe to share between threads.
class HostList {
 public:
  HostList() = default;
  explicit HostList(std::vector<std::string> patterns);

  // `header` is the Host header as received, port included. Does not allocate.
  bool allows(std::string_view header) const;

  const std::vector<std::string>& patterns() const { return patterns_; }

 private:
  std::vector<std::string> patterns_;
};

}  // namespace confab::config
