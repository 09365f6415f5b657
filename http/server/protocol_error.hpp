#pragma once

#include <string_view>

#include "http/server/server.hpp"

namespace confab::http {

/// Something that the server itself answers. The texts have static storage.
struct ProtocolError {
  int status;
  std::string_view code;
  std::string_view detail;
};

inline constexpr ProtocolError kBadRequestLine{400, "bad_request_line",
                                               "The request line is malformed."};
inline constexpr ProtocolError kBadTarget{400, "bad_target", "The request target is malformed."};
inline constexpr ProtocolError kBadCharacter{400, "bad_character",
                                             "The request head holds a forbidden character."};
inline constexpr ProtocolError kBadHeader{400, "bad_header", "A header line is malformed."};
inline constexpr ProtocolError kBadHost{400, "bad_host",
                                        "The request needs exactly one valid Host header."};
inline constexpr ProtocolError kBadLength{400, "bad_content_length",
                                          "The Content-Length is malformed or repeated."};
inline constexpr ProtocolError kBadCoding{400, "bad_transfer_encoding",
                                          "The Transfer-Encoding is malformed or out of place."};
inline constexpr ProtocolError kAmbiguousLength{
    400, "ambiguous_length", "Content-Length and Transfer-Encoding exclude each other."};
inline constexpr ProtocolError kBadChunk{400, "bad_chunk", "The chunked body is malformed."};
inline constexpr ProtocolError kMethodRefused{405, "method_not_allowed", "Method not allowed."};
inline constexpr ProtocolError kRequestTimeout{408, "request_timeout",
                                               "The request did not arrive in time."};
inline constexpr ProtocolError kBodyTooLarge{413, "body_too_large",
                                             "The request body is too large."};
inline constexpr ProtocolError kTargetTooLong{414, "target_too_long",
                                              "The request target is too long."};
inline constexpr ProtocolError kExpectationFailed{417, "expectation_failed",
                                                  "The expectation cannot be met."};
inline constexpr ProtocolError kHeadTooLarge{431, "headers_too_large",
                                             "The request headers are too large."};
inline constexpr ProtocolError kInternalError{500, "internal_error", "A server error occurred."};
inline constexpr ProtocolError kUnknownMethod{501, "method_not_implemented",
                                              "The request method is not known."};
inline constexpr ProtocolError kUnknownCoding{501, "transfer_encoding_not_implemented",
                                              "The transfer coding is not known."};
inline constexpr ProtocolError kUnavailable{503, "service_unavailable",
                                            "Service temporarily unavailable, try again later."};
inline constexpr ProtocolError kTooManyConnections{503, "too_many_connections",
                                                   "Too many connections."};
inline constexpr ProtocolError kUnknownVersion{505, "http_version_not_supported",
                                               "The HTTP version is not supported."};

/// The methods of Request, as an Allow header lists them.
inline constexpr std::string_view kAllMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// The answer as JSON; a 503 with Retry-After, a 405 with Allow.
Response to_response(const ProtocolError& error);

}  // namespace confab::http
