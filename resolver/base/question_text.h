// Reads a question as people write it: a name or an address, and perhaps a type.
//
// Thread: any.
#pragma once

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver {

struct QuestionText {
  wire::Name name;
  wire::RRType type = wire::RRType::kA;
};

// An address stands for its reverse name, whose type is PTR if `type` is missing. An error says in
// words what was expected.
absl::StatusOr<QuestionText> ParseQuestionText(std::string_view name,
                                               std::optional<std::string_view> type);

}  // namespace tern::resolver
