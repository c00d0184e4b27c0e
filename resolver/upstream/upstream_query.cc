#include "resolver/upstream/upstream_query.h"

#include <algorithm>
#include <cstring>

#include "wire/edns.h"
#include "wire/message.h"

namespace tern::resolver::upstream {
namespace {

// A server that cannot or will not read a query may leave out the question. No other reply is
// believed without its question: its records would answer anything that was asked.
bool IsBareError(wire::Rcode rcode) {
  return rcode == wire::Rcode::kFormErr || rcode == wire::Rcode::kServFail ||
         rcode == wire::Rcode::kNotImp || rcode == wire::Rcode::kRefused;
}

}  // namespace

size_t WriteUpstreamQuery(const UpstreamQuestion& question, uint16_t id, const QueryForm& form,
                          std::span<const uint8_t> cookie, uint8_t* out) {
  std::memset(out, 0, wire::kHeaderOctets);
  wire::StoreU16(out, id);
  const int flags = (question.recursion_desired ? wire::kFlagRD : 0) |
                    (form.checking_disabled ? wire::kFlagCD : 0);
  wire::StoreU16(out + 2, static_cast<uint16_t>(flags));
  wire::StoreU16(out + 4, 1);
  wire::StoreU16(out + 10, form.edns ? 1 : 0);
  uint8_t* at = out + wire::kHeaderOctets;
  std::memcpy(at, question.name.data(), question.name.size());
  at += question.name.size();
  wire::StoreU16(at, static_cast<uint16_t>(question.type));
  wire::StoreU16(at + 2, static_cast<uint16_t>(wire::RRClass::kIN));
  at += 4;
  if (form.edns) {
    const uint16_t payload = form.large_replies ? wire::kEdnsPayloadDefault : wire::kEdnsPayloadMin;
    wire::OptWriter opt({.payload_octets = payload, .dnssec_ok = question.dnssec_ok}, at);
    if (!cookie.empty()) opt.AddOption(wire::EdnsOption::kCookie, cookie);
    at += opt.Finish().size();
  }
  return static_cast<size_t>(at - out);
}

ReplyMatch MatchReply(std::span<const uint8_t> message, const UpstreamQuestion& question,
                      uint16_t id) {
  if (message.size() < wire::kHeaderOctets || wire::LoadU16(message.data()) != id) {
    return ReplyMatch::kForgery;
  }
  const uint16_t flags = wire::LoadU16(message.data() + 2);
  if ((flags & wire::kFlagQR) == 0 || (flags >> 11 & 0xf) != 0) return ReplyMatch::kForgery;
  const uint16_t questions = wire::LoadU16(message.data() + 4);
  if (questions == 0 && IsBareError(static_cast<wire::Rcode>(flags & 0xf))) {
    return ReplyMatch::kMatches;
  }
  if (questions != 1) return ReplyMatch::kForgery;
  const auto found = wire::ReadFirstQuestion(message);
  if (!found || found->type != question.type || found->rrclass != wire::RRClass::kIN) {
    return ReplyMatch::kForgery;
  }
  if (found->name.EqualsExactly(question.name)) return ReplyMatch::kMatches;
  return found->name.Equals(question.name) ? ReplyMatch::kWrongCase : ReplyMatch::kForgery;
}

ReplyMatch MatchCookie(std::optional<std::span<const uint8_t>> cookie,
                       std::span<const uint8_t, kClientCookieOctets> client_cookie) {
  if (!cookie) return ReplyMatch::kNoCookie;
  const bool begins = cookie->size() >= client_cookie.size() &&
                      std::equal(client_cookie.begin(), client_cookie.end(), cookie->begin());
  return begins ? ReplyMatch::kMatches : ReplyMatch::kWrongCookie;
}

}  // namespace tern::resolver::upstream
