#include "resolver/control/routes.h"

#include "resolver/control/collect_answers.h"
#include "resolver/control/collect_counters.h"
#include "resolver/control/exposition.h"

namespace tern::resolver::control {
namespace {

HttpResponse AnswerMetrics(const Sources& sources, const HttpRequest& request) {
  std::vector<Family> families;
  const CounterSnapshot counts = sources.counters->ReadCounters();
  CollectAnswers(counts.of_answers, &families);
  CollectCounters(counts, &families);
  const ExpositionFormat format = ChooseFormat(request.accept);
  HttpResponse response;
  response.content_type = ContentTypeOf(format);
  response.body = WriteExposition(families, format);
  return response;
}

}  // namespace

std::vector<HttpRoute> MakeRoutes(const Sources& sources) {
  std::vector<HttpRoute> routes;
  routes.push_back({"/live", [](const HttpRequest&) { return HttpResponse{.body = "live\n"}; },
                    /*is_open=*/true});
  routes.push_back({"/metrics", [sources](const HttpRequest& request) {
                      return AnswerMetrics(sources, request);
                    }});
  return routes;
}

}  // namespace tern::resolver::control
