#include "resolver/answer/request.h"

#include <optional>

namespace tern::resolver::answer {
namespace {

using wire::ParseError;
using wire::Rcode;
using wire::RRClass;
using wire::RRType;

// Reads the records behind the question, or behind the header if there is none. In a query only OPT
// means something, but the other records must be sound.
bool ReadRecords(std::span<const uint8_t> query, Request* request) {
  wire::MessageReader reader;
  if (wire::MessageReader::Open(query, &reader) != ParseError::kNone) return false;
  const wire::Header& header = reader.header();
  const size_t records =
      size_t{header.answer_count} + header.authority_count + header.additional_count;
  if (records > kQueryRecordsMax) return false;
  wire::Question question;
  if (header.question_count == 1 && reader.ReadQuestion(&question) != ParseError::kNone) {
    return false;
  }
  for (;;) {
    wire::RecordView record;
    wire::Section section;
    bool done = false;
    if (reader.NextRecord(&record, &section, &done) != ParseError::kNone) return false;
    if (done) return true;
    if (record.type != RRType::kOPT) continue;
    if (section != wire::Section::kAdditional || request->has_edns) return false;
    if (wire::ReadEdns(record, &request->edns) != ParseError::kNone) return false;
    request->has_edns = true;
  }
}

// Reads the common query: one question, then nothing or one OPT. False when the query has another
// form.
bool ReadPlainRecords(std::span<const uint8_t> query, Request* request) {
  const uint8_t* counts = query.data() + 6;
  const uint64_t others = uint64_t{wire::LoadU32(counts)} << 16 | wire::LoadU16(counts + 4);
  const size_t rest = query.size() - request->question_end;
  if (others == 0 && rest == 0) return true;
  const uint8_t* opt = query.data() + request->question_end;
  if (others != 1 || rest < 11 || opt[0] != 0 ||
      static_cast<RRType>(wire::LoadU16(opt + 1)) != RRType::kOPT ||
      wire::LoadU16(opt + 9) != rest - 11) {
    return false;
  }
  const std::span<const uint8_t> options(opt + 11, rest - 11);
  if (!wire::AreSoundOptions(options)) return false;
  request->has_edns = true;
  const uint16_t payload = wire::LoadU16(opt + 3);
  request->edns.payload_octets = payload < wire::kEdnsPayloadMin ? wire::kEdnsPayloadMin : payload;
  request->edns.extended_rcode = opt[5];
  request->edns.version = opt[6];
  request->edns.dnssec_ok = (opt[7] & 0x80) != 0;
  request->edns.options = options;
  return true;
}

// Reads the first cookie; only that one counts (RFC 7873 section 5.2). False when it is malformed.
bool ReadCookie(Request* request) {
  if (!request->has_edns || request->edns.options.empty()) return true;
  const auto cookie = wire::FindOption(request->edns, wire::EdnsOption::kCookie);
  if (!cookie) return true;
  if (!policy::IsCookieLength(cookie->size())) return false;
  request->cookie.state = CookieState::kUnchecked;
  request->cookie.sent = *cookie;
  return true;
}

// A query without a question may ask for a cookie (RFC 7873 section 5.4).
Rcode JudgeWithoutQuestion(std::span<const uint8_t> query, Request* request) {
  if (!ReadRecords(query, request)) {
    request->has_edns = false;
    return Rcode::kFormErr;
  }
  if (request->has_edns && request->edns.version != 0) return Rcode::kBadVers;
  const bool has_cookie = ReadCookie(request) && request->cookie.state != CookieState::kNone;
  return has_cookie ? Rcode::kNoError : Rcode::kFormErr;
}

// False when the message is no query, or too short to answer.
bool ReadHeader(std::span<const uint8_t> query, Request* request) {
  if (query.size() < wire::kHeaderOctets) return false;
  request->id = wire::LoadU16(query.data());
  request->flags = wire::LoadU16(query.data() + 2);
  request->question_end = 0;
  request->has_edns = false;
  request->cookie.state = CookieState::kNone;
  // An answer to a response could make messages bounce for ever.
  return (request->flags & wire::kFlagQR) == 0;
}

// REQUIRES: the header announces one question.
bool ReadQuestion(std::span<const uint8_t> query, Request* request) {
  const auto question = wire::ReadFirstQuestion(query);
  if (!question) return false;
  request->name = question->name;
  request->type = question->type;
  request->rrclass = question->rrclass;
  request->question_end = static_cast<uint16_t>(question->end);
  return true;
}

// Query types other than ANY that do not ask for data.
std::optional<Rcode> JudgeType(RRType type) {
  if (type == RRType::kANY || !wire::IsMetaType(type)) return std::nullopt;
  if (type == RRType::kAXFR || type == RRType::kIXFR) return Rcode::kRefused;
  if (type == RRType::kOPT || type == RRType::kNone) return Rcode::kFormErr;
  return Rcode::kNotImp;
}

}  // namespace

RequestVerdict ParseRequest(std::span<const uint8_t> query, Request* request, Rcode* rcode) {
  if (!ReadHeader(query, request)) return RequestVerdict::kDrop;
  // Another opcode is read for its question and OPT, as far as it looks like a query.
  const bool is_query = (request->flags >> 11 & 0xf) == 0;
  *rcode = is_query ? Rcode::kFormErr : Rcode::kNotImp;
  const uint16_t questions = wire::LoadU16(query.data() + 4);
  if (is_query && questions == 0) *rcode = JudgeWithoutQuestion(query, request);
  if (questions != 1) return RequestVerdict::kReply;

  if (!ReadQuestion(query, request)) return RequestVerdict::kReply;
  if (!ReadPlainRecords(query, request) && !ReadRecords(query, request)) {
    request->has_edns = false;
    return RequestVerdict::kReply;
  }
  if (!is_query) return RequestVerdict::kReply;
  if (request->has_edns && request->edns.version != 0) {
    *rcode = Rcode::kBadVers;
    return RequestVerdict::kReply;
  }
  if (!ReadCookie(request)) return RequestVerdict::kReply;
  if (const auto verdict = JudgeType(request->type)) {
    *rcode = *verdict;
    return RequestVerdict::kReply;
  }
  if (request->rrclass == RRClass::kCH) return RequestVerdict::kChaos;
  if (request->rrclass != RRClass::kIN) {
    *rcode = Rcode::kRefused;
    return RequestVerdict::kReply;
  }
  return RequestVerdict::kResolve;
}

RequestVerdict ParseForRefusal(std::span<const uint8_t> query, Request* request) {
  if (!ReadHeader(query, request)) return RequestVerdict::kDrop;
  const bool has_question = wire::LoadU16(query.data() + 4) == 1;
  if (has_question && ReadQuestion(query, request) && ReadPlainRecords(query, request)) {
    (void)ReadCookie(request);
  }
  return RequestVerdict::kReply;
}

void CheckCookie(const policy::ServerCookies& cookies, const IpAddress& client,
                 uint32_t wall_seconds, Request* request, Rcode* rcode) {
  RequestCookie& cookie = request->cookie;
  if (cookie.state == CookieState::kNone) return;
  if (cookie.sent.size() == kClientCookieOctets) {
    cookie.state = CookieState::kNew;
  } else {
    cookie.state =
        cookies.Verify(cookie.sent, client, wall_seconds) ? CookieState::kGood : CookieState::kBad;
  }
  cookies.Make(cookie.sent.first<kClientCookieOctets>(), client, wall_seconds, cookie.reply.data());
  if (cookie.state == CookieState::kBad && request->question_end == 0) *rcode = Rcode::kBadCookie;
}

}  // namespace tern::resolver::answer
