// What a query carries beside its bare question, and what is left when a server does not take that.
//
// Random case, the cookie and EDNS are this resolver's own wish. Some servers fail because of one
// of them. They must not, but the name can be had: in another form.
//
// Thread: any. Nothing is kept.
#pragma once

#include <cstdint>
#include <optional>

namespace tern::resolver::upstream {

struct QueryForm {
  bool random_case = true;  // false: the name is sent in lower case
  bool cookie = true;       // never without EDNS
  bool edns = true;
  bool large_replies = true;       // false: EDNS allows 512 octets, as a query without EDNS does
  bool checking_disabled = false;  // CD: a forwarder is to give what it holds for bogus

  bool operator==(const QueryForm&) const = default;
};

// What came of a query that gave no useful answer.
enum class Sign : uint8_t {
  kFormatError,     // FORMERR: perhaps because of the cookie, perhaps because of EDNS
  kNotImplemented,  // NOTIMP, BADVERS: because of EDNS
  kUnreadable,      // the reply cannot be read, perhaps because the server adds OPT wrongly
  kFailure,         // another error code, or a reply as from a lame server
  kSilence,
};

// The form for one more try, or none if there is nothing left to take away.
std::optional<QueryForm> Leaner(const QueryForm& form, Sign sign);

}  // namespace tern::resolver::upstream
