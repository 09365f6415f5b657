#include "http/schema/openapi.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace confab::http {
namespace {

using Document = nlohmann::json;

Document document() {
  static const Router router(make_routes({}));
  return Document::parse(openapi_document(router));
}

/// Calls `visit` with every object in a document.
template <class Visit>
void for_each_object(const Document& node, Visit visit) {
  if (node.is_object()) visit(node);
  if (node.is_structured()) {
    for (const Document& child : node) for_each_object(child, visit);
  }
}

TEST(OpenApi, DescribesEveryRoute) {
  const Document paths = document()["paths"];
  std::ptrdiff_t operations = 0;
  for (const Document& path : paths) operations += static_cast<std::ptrdiff_t>(path.size());
  const auto routes = make_routes({});
  EXPECT_EQ(operations, std::count_if(routes.begin(), routes.end(), [](const Route& route) {
              return route.shape != Shape::page;
            }));
}

TEST(OpenApi, RefersOnlyToWhatIsThere) {
  const Document whole = document();
  for_each_object(whole, [&whole](const Document& object) {
    const auto ref = object.find("$ref");
    if (ref == object.end()) return;
    const std::string pointer = ref->get<std::string>().substr(1);
    EXPECT_TRUE(whole.contains(Document::json_pointer(pointer))) << pointer;
  });
}

TEST(OpenApi, ClosesEveryAnsweredObject) {
  for_each_object(document()["components"]["schemas"], [](const Document& object) {
    if (object.contains("properties") && object.contains("type")) {
      EXPECT_EQ(object["additionalProperties"], false) << object.dump();
    }
  });
}

}  // namespace
}  // namespace confab::http
