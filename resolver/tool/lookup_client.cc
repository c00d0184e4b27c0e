#include "resolver/tool/lookup_client.h"

#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>

#include "resolver/tool/client_socket.h"
#include "wire/check.h"
#include "wire/edns.h"
#include "wire/message.h"
#include "wire/writer.h"

namespace tern::resolver::tool {
namespace {

using Clock = ClientSocket::Clock;
using std::chrono::microseconds;

constexpr int kAttempts = 3;
constexpr size_t kQueryOctetsMax = 512;

uint16_t RandomId() {
  uint16_t id = 0;
  while (getrandom(&id, sizeof id, 0) != sizeof id) {
  }
  return id;
}

RawReply Failed(int error) {
  RawReply reply;
  reply.outcome = error == ETIMEDOUT ? LookupOutcome::kTimeout : LookupOutcome::kUnreachable;
  reply.error = error;
  return reply;
}

// Reads messages from the socket until one answers the query. Nothing: error() says why.
std::optional<RawReply> ReceiveUntil(ClientSocket* socket, const LookupOptions& options,
                                     uint16_t id, Clock::time_point sent,
                                     Clock::time_point deadline) {
  std::vector<uint8_t> buffer(wire::kMessageOctetsMax);
  for (;;) {
    const ssize_t octets = socket->Receive(buffer, deadline);
    if (octets < 0) return std::nullopt;
    const std::span<const uint8_t> message(buffer.data(), static_cast<size_t>(octets));
    if (!AnswersQuery(message, options, id)) continue;
    RawReply reply;
    reply.outcome = LookupOutcome::kReply;
    reply.elapsed = std::chrono::duration_cast<microseconds>(Clock::now() - sent);
    reply.message.assign(message.begin(), message.end());
    return reply;
  }
}

RawReply AskOverUdp(const LookupOptions& options, bool edns, Clock::time_point deadline) {
  ClientSocket socket(options.server, SOCK_DGRAM);
  if (socket.error() != 0) return Failed(socket.error());
  const uint16_t id = RandomId();
  const std::vector<uint8_t> query = BuildLookupQuery(options, id, edns);
  int error = ETIMEDOUT;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const Clock::time_point now = Clock::now();
    if (now >= deadline) break;
    if (!socket.SendAll(query, deadline)) {
      error = socket.error();
      continue;
    }
    // A resolver may need some seconds. So the first attempts get more than an equal share.
    const auto share = (deadline - now) * 2 / (kAttempts - attempt + 2);
    const bool last = attempt + 1 == kAttempts;
    auto reply = ReceiveUntil(&socket, options, id, now, last ? deadline : now + share);
    if (reply) return *std::move(reply);
    error = socket.error();
  }
  return Failed(error);
}

RawReply AskOverTcp(const LookupOptions& options, bool edns, Clock::time_point deadline) {
  const Clock::time_point start = Clock::now();
  ClientSocket socket(options.server, SOCK_STREAM);
  if (socket.error() != 0) return Failed(socket.error());
  const uint16_t id = RandomId();
  const std::vector<uint8_t> query = BuildLookupQuery(options, id, edns);
  std::vector<uint8_t> framed(2);
  wire::StoreU16(framed.data(), static_cast<uint16_t>(query.size()));
  framed.insert(framed.end(), query.begin(), query.end());
  if (!socket.SendAll(framed, deadline)) return Failed(socket.error());
  while (true) {
    uint8_t length[2];
    if (!socket.ReceiveAll(length, deadline)) return Failed(socket.error());
    RawReply reply;
    reply.message.resize(wire::LoadU16(length));
    if (!socket.ReceiveAll(reply.message, deadline)) return Failed(socket.error());
    if (!AnswersQuery(reply.message, options, id)) continue;
    reply.outcome = LookupOutcome::kReply;
    reply.transport = Transport::kTcp;
    reply.elapsed = std::chrono::duration_cast<microseconds>(Clock::now() - start);
    return reply;
  }
}

RawReply Ask(const LookupOptions& options, bool edns, Clock::time_point deadline) {
  // The trace of a resolution rarely fits into a datagram.
  if (options.tcp || options.trace) return AskOverTcp(options, edns, deadline);
  RawReply reply = AskOverUdp(options, edns, deadline);
  wire::MessageReader reader;
  if (reply.outcome == LookupOutcome::kReply &&
      wire::MessageReader::Open(reply.message, &reader) == wire::ParseError::kNone &&
      reader.header().Has(wire::kFlagTC)) {
    return AskOverTcp(options, edns, deadline);
  }
  return reply;
}

}  // namespace

std::vector<uint8_t> BuildLookupQuery(const LookupOptions& options, uint16_t id, bool edns) {
  std::vector<uint8_t> message(kQueryOctetsMax);
  wire::MessageWriter writer(message);
  // RFC 6840 section 5.7: AD asks whether the answer is secure.
  writer.SetHeader(id,
                   static_cast<uint16_t>(wire::kFlagAD | (options.recursion ? wire::kFlagRD : 0) |
                                         (options.unchecked ? wire::kFlagCD : 0)));
  bool fits = writer.AddQuestion(options.name, options.type, options.rrclass);
  if (edns) {
    static_assert(wire::kTraceRequest.size() == wire::kReplayRequest.size());
    const std::string_view request = options.replay ? wire::kReplayRequest : wire::kTraceRequest;
    uint8_t trace[wire::kOptionHeadOctets + wire::kTraceRequest.size()];
    wire::StoreU16(trace, static_cast<uint16_t>(wire::EdnsOption::kTernTrace));
    wire::StoreU16(trace + 2, static_cast<uint16_t>(request.size()));
    std::copy(request.begin(), request.end(), trace + wire::kOptionHeadOctets);
    wire::Edns opt;
    opt.payload_octets = wire::kEdnsPayloadDefault;
    opt.dnssec_ok = options.signatures;
    if (options.trace) opt.options = trace;
    fits = fits && writer.AddOpt(opt);
  }
  // 12 octets of header, 259 of question and 31 of OPT always fit.
  message.resize(fits ? writer.Finish() : 0);
  return message;
}

bool AnswersQuery(std::span<const uint8_t> message, const LookupOptions& options, uint16_t id) {
  wire::MessageReader reader;
  wire::Question question;
  if (wire::MessageReader::Open(message, &reader) != wire::ParseError::kNone) return false;
  const wire::Header& header = reader.header();
  if (header.id != id || !header.Has(wire::kFlagQR)) return false;
  // A server that could not parse the query cannot repeat its question.
  if (header.question_count == 0) return header.rcode() != wire::Rcode::kNoError;
  return header.question_count == 1 && reader.ReadQuestion(&question) == wire::ParseError::kNone &&
         question.name.Equals(options.name) && question.type == options.type &&
         question.rrclass == options.rrclass;
}

RawReply AskServer(const LookupOptions& options) {
  const Clock::time_point deadline = Clock::now() + options.timeout;
  RawReply reply = Ask(options, true, deadline);
  wire::MessageReader reader;
  if (reply.outcome == LookupOutcome::kReply &&
      wire::MessageReader::Open(reply.message, &reader) == wire::ParseError::kNone) {
    const wire::Rcode rcode = reader.header().rcode();
    // A server without EDNS answers FORMERR or NOTIMP, without an OPT (RFC 6891 section 7).
    if ((rcode == wire::Rcode::kFormErr || rcode == wire::Rcode::kNotImp) &&
        reader.header().additional_count == 0) {
      RawReply plain = Ask(options, false, deadline);
      if (plain.outcome == LookupOutcome::kReply) return plain;
    }
  }
  return reply;
}

std::string NoReplyReason(const RawReply& raw) {
  TERN_REQUIRE(raw.outcome != LookupOutcome::kReply);
  return raw.outcome == LookupOutcome::kUnreachable ? std::generic_category().message(raw.error)
                                                    : "timeout";
}

}  // namespace tern::resolver::tool
