#include "http/server/request_head.hpp"

#include <algorithm>
#include <array>

#include "http/server/grammar.hpp"

namespace confab::http {
namespace {

constexpr std::array kMethods = {Method::get,   Method::head, Method::post,   Method::put,
                                 Method::patch, Method::del,  Method::options};

/// Printable ASCII without '#': a fragment is never sent.
bool is_target(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

/// The length of "http://" or "https://" at the front of an absolute target; 0: it is not one.
std::size_t scheme_length(std::string_view target) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (equals_lower(target.substr(0, scheme.size()), scheme)) return scheme.size();
  }
  return 0;
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), to_lower);
  return result;
}

}  // namespace

HeaderLine split_header(std::string_view line) {
  // A folded line begins with a blank, which is no token character, so it is refused here too.
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return {};
  return {true, line.substr(0, colon), trim(line.substr(colon + 1))};
}

const ProtocolError* RequestHead::read_request_line(std::string_view line,
                                                    const FramingLimits& limits) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return &kBadRequestLine;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (!is_token(method)) return &kBadRequestLine;
  if (const auto* error = read_version(line.substr(last + 1))) return error;
  if (target.size() > limits.max_target) return &kTargetTooLong;
  if (const auto* error = read_method(method)) return error;
  return read_target(target);
}

const ProtocolError* RequestHead::read_version(std::string_view version) {
  const bool well_formed = version.size() == 8 && version.starts_with("HTTP/") &&
                           is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
  if (!well_formed) return &kBadRequestLine;
  if (version[5] != '1') return &kUnknownVersion;
  http10 = version[7] == '0';
  return nullptr;
}

const ProtocolError* RequestHead::read_method(std::string_view method) {
  for (Method known : kMethods) {
    if (method == to_string(known)) {
      request.method = known;
      return nullptr;
    }
  }
  const bool refused = method == "TRACE" || method == "CONNECT";
  return refused ? &kMethodRefused : &kUnknownMethod;
}

const ProtocolError* RequestHead::read_target(std::string_view target) {
  if (target == "*" && request.method == Method::options) {
    asterisk = true;
    request.path = "/";
    return nullptr;
  }
  if (!is_target(target)) return &kBadTarget;
  const std::size_t scheme = scheme_length(target);
  if (scheme > 0) {
    target.remove_prefix(scheme);
    authority_ = target.substr(0, target.find_first_of("/?"));
    if (!is_authority(authority_)) return &kBadTarget;
    target.remove_prefix(authority_.size());
    if (target.empty() || target.front() == '?') request.path = "/";
  } else if (!target.starts_with('/')) {
    return &kBadTarget;
  }
  const std::size_t question = target.find('?');
  request.path.append(target.substr(0, question));
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  return nullptr;
}

const ProtocolError* RequestHead::read_header(std::string_view line, const FramingLimits& limits) {
  if (request.headers.size() >= limits.max_header_count) return &kHeadTooLarge;
  const HeaderLine header = split_header(line);
  if (!header.valid) return &kBadHeader;
  std::string name = lower_case(header.name);
  if (const auto* error = read_framing_header(name, header.value)) return error;
  if (request.headers.empty()) request.headers.reserve(8);
  request.headers.emplace_back(std::move(name), header.value);
  return nullptr;
}

const ProtocolError* RequestHead::read_framing_header(std::string_view name,
                                                      std::string_view value) {
  if (name == "host") return read_host(value);
  if (name == "content-length") return read_length(value);
  if (name == "transfer-encoding") return read_coding(value);
  if (name == "expect") return read_expect(value);
  if (name == "connection") read_connection(value);
  return nullptr;
}

const ProtocolError* RequestHead::read_host(std::string_view value) {
  if (has_host_ || !is_authority(value)) return &kBadHost;
  has_host_ = true;
  return nullptr;
}

const ProtocolError* RequestHead::read_length(std::string_view value) {
  // Even equal repetitions are refused: whoever forwards them differently could be smuggled past.
  const auto length = parse_decimal(value);
  if (has_length_ || !length) return &kBadLength;
  has_length_ = true;
  content_length = *length;
  return nullptr;
}

const ProtocolError* RequestHead::read_coding(std::string_view value) {
  if (has_coding_ || http10) return &kBadCoding;
  has_coding_ = true;
  if (equals_lower(value, "chunked")) {
    chunked = true;
    return nullptr;
  }
  std::size_t times_chunked = 0;
  std::string_view last;
  for_each_element(value, [&](std::string_view coding) {
    last = coding;
    if (equals_lower(coding, "chunked")) ++times_chunked;
  });
  // Only a final, single "chunked" says where the body ends.
  const bool delimited = equals_lower(last, "chunked") && times_chunked == 1;
  return delimited ? &kUnknownCoding : &kBadCoding;
}

const ProtocolError* RequestHead::read_expect(std::string_view value) {
  if (!equals_lower(value, "100-continue")) return &kExpectationFailed;
  expects_continue = !http10;
  return nullptr;
}

void RequestHead::read_connection(std::string_view value) {
  for_each_element(value, [this](std::string_view option) {
    if (equals_lower(option, "close")) wants_close_ = true;
    if (equals_lower(option, "keep-alive")) wants_keep_alive_ = true;
  });
}

const ProtocolError* RequestHead::finish(const FramingLimits& limits) {
  if (!has_host_ && !http10) return &kBadHost;
  if (has_length_ && has_coding_) return &kAmbiguousLength;
  if (content_length > limits.max_body) return &kBodyTooLarge;
  keep_alive = !wants_close_ && (!http10 || wants_keep_alive_);
  if (authority_.empty()) return nullptr;
  // The authority of an absolute target overrides the Host header (RFC 9112, 3.2.2).
  const auto host = std::find_if(request.headers.begin(), request.headers.end(),
                                 [](const auto& header) { return header.first == "host"; });
  if (host != request.headers.end()) {
    host->second = authority_;
  } else {
    request.headers.emplace_back("host", authority_);
  }
  return nullptr;
}

}  // namespace confab::http
