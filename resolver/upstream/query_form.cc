#include "resolver/upstream/query_form.h"

namespace tern::resolver::upstream {

std::optional<QueryForm> Leaner(const QueryForm& form, Sign sign) {
  QueryForm leaner = form;
  const bool at_once = sign == Sign::kNotImplemented || sign == Sign::kUnreadable;
  const bool says_why = at_once || sign == Sign::kFormatError;
  if (!says_why && (form.random_case || form.cookie)) {
    leaner.random_case = false;
    leaner.cookie = false;
    return leaner;
  }
  if (!form.edns) return std::nullopt;
  leaner.edns = sign == Sign::kFormatError && form.cookie;
  leaner.cookie = false;
  return leaner;
}

}  // namespace tern::resolver::upstream
