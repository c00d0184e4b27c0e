#include "resolver/control/page_routes.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "resolver/base/error_text.h"
#include "resolver/base/question_text.h"
#include "resolver/base/time.h"
#include "resolver/control/page_files.h"
#include "resolver/service/look_up.h"
#include "wire/concat.h"
#include "wire/types.h"

namespace tern::resolver::control {
namespace {

// Counts what began in the current second.
class LookUpRate {
 public:
  explicit LookUpRate(Time (*now)()) : now_(now) {}

  bool Admits() {
    const std::lock_guard guard(lock_);
    const Time now = now_();
    if (now - second_ >= std::chrono::seconds(1)) {
      second_ = now;
      begun_ = 0;
    }
    return begun_++ < kLookUpsASecond;
  }

 private:
  Time (*const now_)();
  std::mutex lock_;
  Time second_;
  int begun_ = 0;
};

absl::StatusOr<QuestionText> ReadQuestion(const HttpRequest& request) {
  const std::string_view type = request.Argument("type");
  auto question = ParseQuestionText(request.Argument("name"),
                                    type.empty() ? std::nullopt : std::optional(type));
  // What stands for several types, or for a transfer, is no type of records.
  if (question.ok() && wire::IsMetaType(question->type)) {
    return absl::InvalidArgumentError(Concat("expected a type of records, found ", Quoted(type)));
  }
  return question;
}

HttpResponse Refusal(unsigned status, std::string_view text) {
  HttpResponse response;
  response.status = status;
  response.body = Concat(text, "\n");
  return response;
}

void AnswerLookUp(const Sources& sources, LookUpRate& rate, const HttpRequest& request,
                  const HttpReply& reply) {
  const auto question = ReadQuestion(request);
  if (!question.ok()) return reply.Send(Refusal(400, std::string(question.status().message())));
  if (!rate.Admits()) return reply.Send(Refusal(429, "too many look-ups; try again in a second"));
  const auto from = request.Argument("from") == "servers" ? service::LookUpFrom::kServers
                                                          : service::LookUpFrom::kKnown;
  sources.look_up->LookUp(question->name, question->type, from, [reply](std::string json) {
    HttpResponse response;
    response.content_type = "application/json";
    response.body = std::move(json);
    reply.Send(std::move(response));
  });
}

HttpRoute RouteOf(const PageFile& file) {
  HttpRoute route;
  route.path = std::string(file.path);
  route.is_open = true;
  route.answer = [file](const HttpRequest&) {
    HttpResponse response;
    response.content_type = std::string(file.content_type);
    response.content_policy = kPagePolicy;
    response.body = std::string(file.content);
    return response;
  };
  return route;
}

}  // namespace

std::vector<HttpRoute> MakePageRoutes(const Sources& sources) {
  std::vector<HttpRoute> routes;
  for (const PageFile& file : PageFiles()) routes.push_back(RouteOf(file));
  HttpRoute look_up;
  look_up.path = "/lookup";
  look_up.is_guarded = true;
  look_up.answer_later = [sources, rate = std::make_shared<LookUpRate>(sources.now)](
                             const HttpRequest& request, const HttpReply& reply) {
    AnswerLookUp(sources, *rate, request, reply);
  };
  routes.push_back(std::move(look_up));
  return routes;
}

}  // namespace tern::resolver::control
