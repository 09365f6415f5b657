#pragma once

#include <functional>

#include "http/exchange.hpp"

namespace confab::http {

/// What goes on when a stage has nothing to object to.
using NextStage = void (*)(const ExchangePtr&);

/// Finds out who is asking, by bearer token or session cookie, unless the resource is open. Goes on
/// as nobody for an open route of a resource that has others too.
void authenticate(const ExchangePtr& exchange, NextStage next);

/// Whether a request with a session cookie may change something: its X-CSRFToken (or the form's
/// csrfmiddlewaretoken) is the session's, and a browser says that it comes from our own pages.
std::optional<Problem> check_csrf(const Exchange& exchange);

/// The same for the login form, whose token lies in a cookie as well.
std::optional<Problem> check_form_csrf(const Exchange& exchange);

/// Claims the Idempotency-Key of a POST, or gives the earlier answer again.
void claim_retry_key(const ExchangePtr& exchange, NextStage next);

}  // namespace confab::http
