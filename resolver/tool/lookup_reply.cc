#include "resolver/tool/lookup_reply.h"

#include <algorithm>
#include <string_view>

#include "wire/edns.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {
namespace {

void AddTrace(std::string_view lines, LookupReply* reply) {
  if (reply->trace) *reply->trace += '\n';
  reply->trace = reply->trace.value_or("") + std::string(lines);
}

void ReadOpt(const wire::RecordView& record, LookupReply* reply) {
  wire::Edns edns;
  if (wire::ReadEdns(record, &edns) != wire::ParseError::kNone) {
    reply->malformed = true;
    return;
  }
  reply->rcode = static_cast<wire::Rcode>(edns.extended_rcode << 4 |
                                          (static_cast<uint16_t>(reply->rcode) & 0xf));
  // A reply may have several extended errors (RFC 8914 section 2).
  wire::OptionCursor cursor(edns.options);
  wire::EdnsOptionView option;
  while (cursor.Next(&option)) {
    if (option.code == wire::EdnsOption::kExtendedError && option.content.size() >= 2) {
      reply->extended_errors.push_back({wire::LoadU16(option.content.data()),
                                        std::string(wire::AsText(option.content.subspan(2)))});
    } else if (option.code == wire::EdnsOption::kTernTrace) {
      AddTrace(wire::AsText(option.content), reply);
    }
  }
}

bool ReadRecord(const wire::RecordView& record, ReplyLine* line) {
  std::optional<std::string> rdata = wire::RdataToText(record);
  if (!rdata) return false;
  line->owner = wire::ToText(record.owner);
  line->ttl = record.TtlSeconds();
  line->rrclass = wire::ToText(static_cast<wire::RRClass>(record.rrclass));
  line->type = record.type;
  line->rdata = *std::move(rdata);
  return true;
}

uint16_t Preference(const ReplyLine& line) {
  const std::string_view rdata = line.rdata;
  return wire::ParseDecimal<uint16_t>(rdata.substr(0, rdata.find(' '))).value_or(0);
}

void SortExchangers(std::vector<ReplyLine>* answer) {
  const auto is_mx = [](const ReplyLine& line) { return line.type == wire::RRType::kMX; };
  const auto first = std::find_if(answer->begin(), answer->end(), is_mx);
  const auto end = std::find_if_not(first, answer->end(), is_mx);
  std::stable_sort(first, end, [](const ReplyLine& a, const ReplyLine& b) {
    return Preference(a) < Preference(b);
  });
}

}  // namespace

bool LookupReply::Has(std::string_view flag) const {
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

LookupReply ReadLookupReply(std::span<const uint8_t> message) {
  LookupReply reply;
  wire::MessageReader reader;
  if (wire::MessageReader::Open(message, &reader) != wire::ParseError::kNone) {
    reply.malformed = true;
    return reply;
  }
  const wire::Header& header = reader.header();
  reply.rcode = header.rcode();
  for (const std::string_view flag : wire::FlagNames(header)) reply.flags.emplace_back(flag);
  for (uint16_t i = 0; i < header.question_count; ++i) {
    wire::Question question;
    if (reader.ReadQuestion(&question) != wire::ParseError::kNone) {
      reply.malformed = true;
      return reply;
    }
  }
  while (true) {
    wire::RecordView record;
    wire::Section section;
    bool done = false;
    if (reader.NextRecord(&record, &section, &done) != wire::ParseError::kNone) {
      reply.malformed = true;
      break;
    }
    if (done) break;
    if (record.type == wire::RRType::kOPT) {
      ReadOpt(record, &reply);
      continue;
    }
    ReplyLine line;
    if (!ReadRecord(record, &line)) {
      reply.malformed = true;
      break;
    }
    reply.sections[static_cast<size_t>(section)].push_back(std::move(line));
  }
  SortExchangers(&reply.sections[static_cast<size_t>(wire::Section::kAnswer)]);
  return reply;
}

LookupExit ExitOf(const LookupReply& reply, wire::RRType asked) {
  if (reply.malformed) return LookupExit::kServerFailure;
  if (reply.rcode == wire::Rcode::kNXDomain) return LookupExit::kNoSuchRecord;
  if (reply.rcode != wire::Rcode::kNoError) return LookupExit::kServerFailure;
  const auto& answer = reply.sections[static_cast<size_t>(wire::Section::kAnswer)];
  // A CNAME chain that ends without a record of the type is not an answer.
  const bool found = std::any_of(answer.begin(), answer.end(), [&](const ReplyLine& line) {
    return line.type == asked || asked == wire::RRType::kANY;
  });
  return found ? LookupExit::kAnswer : LookupExit::kNoSuchRecord;
}

}  // namespace tern::resolver::tool
