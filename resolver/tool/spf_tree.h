// The SPF record of a domain and all records that it includes, counted against the limits of RFC
// 7208 section 4.6.4. A receiver stops at the first match. This walk does not, so it finds what the
// worst case costs.
//
// Thread: the tool's main one. Bounded: it stops at kSpfLookupsTold look-ups.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/tool/questions.h"
#include "resolver/tool/txt_policy.h"
#include "wire/name.h"

namespace tern::resolver::tool {

inline constexpr size_t kSpfLookupsMax = 10;
inline constexpr size_t kSpfVoidsMax = 2;
inline constexpr size_t kSpfExchangersMax = 10;  // of one `mx`
inline constexpr size_t kSpfLookupsTold = 40;
inline constexpr std::string_view kSpfVersion = "v=spf1";

struct SpfTree {
  TxtPolicy policy;
  size_t lookups = 0;
  size_t voids = 0;      // look-ups that end with NODATA or NXDOMAIN
  bool complete = true;  // otherwise there are more look-ups than are told
  // Why a receiver rejects the record (permerror), one sentence each. Limits are not among them.
  std::vector<std::string> errors;
  // Look-ups that failed, so that a receiver asks again later (temperror).
  std::vector<std::string> failures;
  // Terms with macros. Their names depend on the message, so they are counted and not asked.
  size_t macros = 0;

  bool ExceedsLimits() const { return lookups > kSpfLookupsMax || voids > kSpfVoidsMax; }
};

struct SpfTerm {
  enum class Kind { kAll, kInclude, kA, kMx, kPtr, kIp, kExists, kRedirect };
  Kind kind = Kind::kAll;
  std::string text;    // as written
  std::string domain;  // empty: the domain of the record
};

struct SpfRecord {
  std::vector<SpfTerm> terms;  // those that count: nothing behind `all`
  std::vector<std::string> errors;
};

// REQUIRES: `text` starts with the version.
SpfRecord ParseSpf(std::string_view text);

// Asks the book for what it needs, one level of the tree after the other.
SpfTree WalkSpf(const wire::Name& domain, AnswerBook* book);

}  // namespace tern::resolver::tool
