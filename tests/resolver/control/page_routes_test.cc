#include "resolver/control/page_routes.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "resolver/control/page_files.h"

namespace tern::resolver::control {
namespace {

const HttpRoute* RouteAt(const std::vector<HttpRoute>& routes, std::string_view path) {
  const auto found = std::find_if(routes.begin(), routes.end(),
                                  [&](const HttpRoute& route) { return route.path == path; });
  return found == routes.end() ? nullptr : &*found;
}

TEST(PageRoutesTest, TheFilesAreOpenAndMayReachNothingElse) {
  const std::vector<HttpRoute> routes = MakePageRoutes({});
  for (const char* path : {"/", "/page.css", "/page.js", "/icon.svg"}) {
    const HttpRoute* const route = RouteAt(routes, path);
    ASSERT_NE(route, nullptr) << path;
    EXPECT_TRUE(route->is_open);
    const HttpResponse response = route->answer({});
    EXPECT_EQ(response.status, 200u);
    EXPECT_FALSE(response.body.empty());
    EXPECT_TRUE(response.content_policy.starts_with("default-src 'none'; script-src 'self'; "));
    EXPECT_EQ(response.content_policy.find("unsafe"), std::string::npos);
  }
  EXPECT_EQ(RouteAt(routes, "/")->answer({}).content_type, "text/html; charset=utf-8");
  EXPECT_EQ(RouteAt(routes, "/page.js")->answer({}).content_type, "text/javascript; charset=utf-8");
  const HttpRoute* const look_up = RouteAt(routes, "/lookup");
  ASSERT_NE(look_up, nullptr);
  EXPECT_FALSE(look_up->is_open);
  EXPECT_TRUE(look_up->is_guarded);
}

// What the page loads is there, it is little, and it comes from nowhere else.
TEST(PageRoutesTest, ThePageIsWholeAndSmall) {
  size_t octets = 0;
  std::string all;
  for (const PageFile& file : PageFiles()) {
    octets += file.content.size();
    all += file.content;
  }
  EXPECT_LT(octets, 150u << 10);
  EXPECT_GT(octets, 10'000u);
  for (const PageFile& file : PageFiles()) {
    if (file.path == "/") continue;
    EXPECT_NE(all.find(file.path.substr(1)), std::string::npos) << file.path;
  }
  for (const char* foreign :
       {"https://", "innerHTML", "eval(", "<script>", "style=\"", "onclick"}) {
    EXPECT_EQ(all.find(foreign), std::string::npos) << foreign;
  }
}

}  // namespace
}  // namespace tern::resolver::control
