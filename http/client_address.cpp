#include "http/client_address.hpp"

#include "http/server/grammar.hpp"

namespace confab::http {
namespace {

std::string_view first_element(std::string_view list) {
  return trim(list.substr(0, list.find(',')));
}

/// All X-Forwarded-For lines are one list.
std::vector<std::string_view> forwarded_for(const Request& request) {
  std::vector<std::string_view> addresses;
  for (const auto& [name, value] : request.headers) {
    if (name != "x-forwarded-for") continue;
    for_each_element(value, [&](std::string_view address) { addresses.push_back(address); });
  }
  return addresses;
}

std::string client_of(const Request& request, const std::vector<config::Network>& trusted) {
  std::string_view client = request.peer;
  const auto chain = forwarded_for(request);
  for (auto address = chain.rbegin(); address != chain.rend(); ++address) {
    if (!config::Network::parse(*address)) break;
    client = *address;
    if (!config::any_contains(trusted, client)) break;
  }
  return std::string(client);
}

}  // namespace

std::string Origin::base_url() const { return std::string(scheme()).append("://").append(host); }

Origin find_origin(const Request& request, const std::vector<config::Network>& trusted) {
  Origin origin;
  origin.host = request.header("host");
  origin.client = request.peer;
  if (trusted.empty() || !config::any_contains(trusted, request.peer)) return origin;
  origin.is_secure = equals_lower(first_element(request.header("x-forwarded-proto")), "https");
  const std::string_view host = first_element(request.header("x-forwarded-host"));
  if (!host.empty()) origin.host = host;
  origin.client = client_of(request, trusted);
  return origin;
}

}  // namespace confab::http
