// Which options of Unbound are known, and what becomes of each. `deploy/moving.md` has the same
// list.
//
// Thread: any.
#pragma once

#include <string_view>
#include <vector>

#include "resolver/tool/imported_configuration.h"

namespace tern::resolver::tool {

struct UnboundRule {
  std::string_view clause;
  std::string_view option;  // empty: the whole clause
  ImportGrade grade = ImportGrade::kCarriedOver;
  std::string_view text;  // the key of tern.yaml, if it is carried over; otherwise why it is not
};

const std::vector<UnboundRule>& UnboundRules();
// Null when the option is not known.
const UnboundRule* FindUnboundRule(std::string_view clause, std::string_view option);

}  // namespace tern::resolver::tool
