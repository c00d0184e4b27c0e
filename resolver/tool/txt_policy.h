// TXT records that a mail server reads as a policy: SPF, DMARC and MTA-STS. Each is found by its
// version at the start, for example `v=DMARC1`.
//
// Thread: any. Bounded by the reply's 64 KiB.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/tool/questions.h"

namespace tern::resolver::tool {

struct TxtPolicy {
  AnswerKind kind = AnswerKind::kNoReply;
  std::string outcome;               // OutcomeText of the answer
  std::vector<std::string> records;  // those with the version, as harmless text
};

// The strings of a TXT record in presentation format, joined without a blank (RFC 7208 section
// 3.3).
std::string JoinedStrings(std::string_view rdata);

// The records that are `version` alone, or go on with a blank or a semicolon.
TxtPolicy ReadTxtPolicy(const Answer& answer, std::string_view version);

// The value of a tag of `v=DMARC1; p=none`; empty when the tag is missing.
std::string TagValue(std::string_view record, std::string_view tag);

}  // namespace tern::resolver::tool
