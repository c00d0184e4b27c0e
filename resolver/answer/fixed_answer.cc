#include "resolver/answer/fixed_answer.h"

#include <algorithm>

#include "resolver/answer/reply.h"
#include "wire/check.h"
#include "wire/message.h"

namespace tern::resolver::answer {
namespace {

using wire::ExtendedError;
using wire::Rcode;
using wire::RRClass;
using wire::RRType;

// RFC 8914 section 4.22: for queries that are understood but not served here.
struct Refusal {
  ExtendedError error;
  const char* text;
};
Refusal WhyNot(const Request& request, Rcode rcode) {
  if (rcode == Rcode::kNotImp && (request.flags >> 11 & 0xf) != 0) {
    return {ExtendedError::kNotSupported, "no operation but queries"};
  }
  if (rcode == Rcode::kNotImp || (rcode == Rcode::kRefused && request.rrclass == RRClass::kIN)) {
    return {ExtendedError::kNotSupported, "no transfers and no queries of this type"};
  }
  if (rcode == Rcode::kRefused) return {ExtendedError::kNotSupported, "no class but IN"};
  return {ExtendedError::kNone, ""};
}

// Makes room at `at` for one more record in the answer section of a reply of `octets`.
uint8_t* MakeRoom(uint8_t* at, size_t octets, size_t record_octets, std::span<uint8_t> out) {
  std::copy_backward(at, out.data() + octets, out.data() + octets + record_octets);
  wire::StoreU16(out.data() + 6, static_cast<uint16_t>(wire::LoadU16(out.data() + 6) + 1));
  return at;
}

// Replies NOERROR with this one record.
size_t AnswerWithRecord(std::span<const uint8_t> query, const Request& request,
                        std::span<const uint8_t> record, std::span<uint8_t> out) {
  TERN_REQUIRE(request.question_end != 0 && out.size() >= 512);
  const size_t octets =
      ComposeError(query, request, Rcode::kNoError, ExtendedError::kNone, "", out);
  uint8_t* const behind_question = out.data() + request.question_end;
  std::copy(record.begin(), record.end(), MakeRoom(behind_question, octets, record.size(), out));
  return octets + record.size();
}

}  // namespace

size_t AnswerWithRcode(std::span<const uint8_t> query, const Request& request, Rcode rcode,
                       std::span<uint8_t> out) {
  TERN_REQUIRE(out.size() >= 512);
  const Refusal why = WhyNot(request, rcode);
  return ComposeError(query, request, rcode, why.error, why.text, out);
}

size_t AnswerWithTexts(std::span<const uint8_t> query, const Request& request,
                       std::span<const std::string> texts, size_t octets_max,
                       std::span<uint8_t> out) {
  TERN_REQUIRE(request.question_end != 0 && octets_max >= 512 && octets_max <= out.size());
  size_t octets = ComposeError(query, request, Rcode::kNoError, ExtendedError::kNone, "", out);
  uint8_t* at = out.data() + request.question_end;
  for (const std::string& text : texts) {
    // The question's name, TXT, CH, a TTL of 0, and behind these the length of RDATA and the
    // string.
    static constexpr uint8_t kHead[] = {0xc0, wire::kHeaderOctets, 0, 16, 0, 3, 0, 0, 0, 0};
    const size_t record_octets = sizeof kHead + 3 + text.size();
    if (text.size() > 255 || octets + record_octets > octets_max) continue;
    MakeRoom(at, octets, record_octets, out);
    at = std::copy(std::begin(kHead), std::end(kHead), at);
    wire::StoreU16(at, static_cast<uint16_t>(text.size() + 1));
    at[2] = static_cast<uint8_t>(text.size());
    at = std::copy(text.begin(), text.end(), at + 3);
    octets += record_octets;
  }
  return octets;
}

// RFC 4892 section 2 only asks for some string. This one does not reveal a version.
size_t AnswerChaos(std::span<const uint8_t> query, const Request& request,
                   std::span<const std::string> trust_anchors, std::span<uint8_t> out) {
  TERN_REQUIRE(request.question_end != 0 && out.size() >= 512);
  static constexpr uint8_t kVersionBind[] = "\7version\4bind";
  static constexpr uint8_t kVersionServer[] = "\7version\6server";
  static constexpr uint8_t kIdServer[] = "\2id\6server";
  static constexpr uint8_t kHostnameBind[] = "\10hostname\4bind";
  const auto is = [&](std::span<const uint8_t> octets) {
    return request.name.Equals(wire::NameView::FromValid(octets.data(), octets.size()));
  };
  static constexpr uint8_t kTrustAnchorServer[] = "\13trustanchor\6server";
  const bool asks_anchors = is(kTrustAnchorServer);
  if (!is(kVersionBind) && !is(kVersionServer) && !is(kIdServer) && !is(kHostnameBind) &&
      !asks_anchors) {
    return ComposeError(query, request, Rcode::kRefused, ExtendedError::kNotSupported,
                        "of class CH version.bind and the like only", out);
  }
  if (request.type != RRType::kTXT && request.type != RRType::kANY) {
    return ComposeError(query, request, Rcode::kNoError, ExtendedError::kNone, "", out);
  }
  static const std::string kTern[] = {"tern"};
  return AnswerWithTexts(query, request, asks_anchors ? trust_anchors : kTern, 512, out);
}

size_t AnswerAny(std::span<const uint8_t> query, const Request& request, std::span<uint8_t> out) {
  // The question's name, HINFO, IN, a TTL of an hour, "RFC8482" and an empty string.
  static constexpr uint8_t kRecord[] = {0xc0, wire::kHeaderOctets,
                                        0,    13,
                                        0,    1,
                                        0,    0,
                                        14,   16,
                                        0,    9,
                                        7,    'R',
                                        'F',  'C',
                                        '8',  '4',
                                        '8',  '2',
                                        0};
  return AnswerWithRecord(query, request, kRecord, out);
}

}  // namespace tern::resolver::answer
