// The words for RCODEs of answers (base/answer_counts.h).
//
// Thread: any; constants.
#pragma once

#include <cstddef>
#include <string_view>

#include "resolver/base/answer_counts.h"
#include "wire/types.h"

namespace tern::resolver::control {

inline constexpr auto kDroppedSource = static_cast<size_t>(AnswerSource::kDropped);

struct RcodeWord {
  wire::Rcode rcode;
  std::string_view word;
};
// Those that Tern answers.
inline constexpr RcodeWord kRcodeWords[] = {
    {wire::Rcode::kNoError, "NOERROR"},     {wire::Rcode::kFormErr, "FORMERR"},
    {wire::Rcode::kServFail, "SERVFAIL"},   {wire::Rcode::kNXDomain, "NXDOMAIN"},
    {wire::Rcode::kNotImp, "NOTIMP"},       {wire::Rcode::kRefused, "REFUSED"},
    {wire::Rcode::kYXDomain, "YXDOMAIN"},   {wire::Rcode::kBadVers, "BADVERS"},
    {wire::Rcode::kBadCookie, "BADCOOKIE"},
};

}  // namespace tern::resolver::control
