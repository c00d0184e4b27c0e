#include "resolver/base/question_text.h"

#include "resolver/base/domain_text.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/error_text.h"
#include "resolver/base/reverse_name.h"
#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver {

absl::StatusOr<QuestionText> ParseQuestionText(std::string_view name,
                                               std::optional<std::string_view> type) {
  QuestionText question;
  if (const auto address = IpAddress::Parse(name)) {
    question.name = ReverseName(*address);
    question.type = wire::RRType::kPTR;
  } else {
    const auto domain = ParseDomainText(name);
    if (!domain.ok()) return domain.status();
    question.name = *domain;
  }
  if (!type) return question;
  const std::optional<wire::RRType> asked = wire::ParseType(*type);
  if (!asked) {
    return absl::InvalidArgumentError(
        Concat("expected a record type such as A, MX or TYPE65280, found ", Quoted(*type)));
  }
  question.type = *asked;
  return question;
}

}  // namespace tern::resolver
