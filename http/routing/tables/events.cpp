#include "http/api/handlers.hpp"
#include "http/routing/tables/tables.hpp"

namespace confab::http {

std::vector<Route> event_routes() {
  return {
      {.method = Method::get,
       .pattern = "/api/events/",
       .handler = api::list_events,
       .name = "list_events",
       .summary = "What happens, as it happens: a stream (Accept: text/event-stream), or a page.",
       .parameters = {{"after", "string",
                       "The cursor to go on from; a stream also takes it from Last-Event-ID."},
                      {"page_size", "integer", "Events on a page: 20, at most 100."},
                      {"wait", "integer",
                       "Seconds, at most 30, for which a page waits until it has an event."}},
       .shape = Shape::events,
       .schema = "Event"},
      {.method = Method::post,
       .pattern = "/api/conversations/{conversation}/typing/",
       .handler = api::signal_typing,
       .name = "signal_typing",
       .summary = "Tells the other participants' streams that the caller is typing.",
       .status = 204,
       .shape = Shape::none},
  };
}

}  // namespace confab::http
