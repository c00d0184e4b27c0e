#include "resolver/control/routes.h"

#include <chrono>

#include "resolver/control/collect_all.h"
#include "resolver/control/exposition.h"
#include "resolver/control/glance.h"
#include "resolver/control/health.h"
#include "resolver/control/page_routes.h"
#include "wire/concat.h"

namespace tern::resolver::control {
namespace {

constexpr unsigned kUnavailable = 503;

HttpResponse AnswerMetrics(const Sources& sources, const HttpRequest& request) {
  const std::vector<Family> families = CollectAll(sources);
  const ExpositionFormat format = ChooseFormat(request.accept);
  HttpResponse response;
  response.content_type = ContentTypeOf(format);
  response.body = WriteExposition(families, format);
  return response;
}

HttpResponse AnswerReady(const Sources& sources) {
  const Health health = LookAtHealth(sources, sources.counters->ReadCounters());
  HttpResponse response;
  if (health.IsReady()) {
    response.body = "ready\n";
  } else {
    response.status = kUnavailable;
    response.body = Concat("not ready: ", health.unready.front().text, "\n");
  }
  return response;
}

HttpResponse AnswerHealth(const Sources& sources) {
  const Health health = LookAtHealth(sources, sources.counters->ReadCounters());
  HttpResponse response;
  response.status = health.IsReady() ? 200 : kUnavailable;
  response.content_type = "application/json";
  response.body = HealthJson(health);
  return response;
}

HttpResponse AnswerGlance(const Sources& sources) {
  HttpResponse response;
  response.content_type = "application/json";
  response.body = GlanceText(TakeGlance(sources, std::chrono::milliseconds(0)));
  return response;
}

}  // namespace

std::vector<HttpRoute> MakeRoutes(const Sources& sources) {
  std::vector<HttpRoute> routes;
  routes.push_back({"/live", [](const HttpRequest&) { return HttpResponse{.body = "live\n"}; },
                    /*is_open=*/true});
  routes.push_back({"/ready", [sources](const HttpRequest&) { return AnswerReady(sources); },
                    /*is_open=*/true});
  routes.push_back({"/health", [sources](const HttpRequest&) { return AnswerHealth(sources); }});
  routes.push_back({"/glance", [sources](const HttpRequest&) { return AnswerGlance(sources); }});
  routes.push_back({"/metrics", [sources](const HttpRequest& request) {
                      return AnswerMetrics(sources, request);
                    }});
  for (HttpRoute& route : MakePageRoutes(sources)) routes.push_back(std::move(route));
  return routes;
}

}  // namespace tern::resolver::control
