#include "tests/sim/plain_message.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "tests/support/rdata_names.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"
#include "wire/rdata.h"
#include "wire/writer.h"

namespace tern::sim {
namespace {

constexpr uint16_t kPlainFlags = wire::kFlagQR | wire::kFlagAA | wire::kFlagTC | wire::kFlagRD |
                                 wire::kFlagRA | wire::kFlagAD | wire::kFlagCD;

constexpr size_t kSoaNumbersOctets = 20;  // RFC 1035 section 3.3.13

uint8_t LowerLetter(uint8_t c) { return c >= 'A' && c <= 'Z' ? static_cast<uint8_t>(c | 0x20) : c; }

bool DecodeOpt(const wire::RecordView& record, PlainMessage* message) {
  wire::Edns edns;
  if (message->edns || wire::ReadEdns(record, &edns) != wire::ParseError::kNone) return false;
  message->edns = PlainEdns{edns.payload_octets, edns.version, edns.dnssec_ok,
                            Octets(edns.options.begin(), edns.options.end())};
  message->rcode = static_cast<wire::Rcode>(static_cast<uint16_t>(message->rcode) |
                                            uint16_t{edns.extended_rcode} << 4);
  return true;
}

bool DecodeRecord(const wire::RecordView& record, PlainRecord* out) {
  record.owner.CopyTo(&out->owner);
  out->type = record.type;
  out->rrclass = static_cast<wire::RRClass>(record.rrclass);
  out->ttl = record.TtlSeconds();
  out->rdata.resize(wire::kRdataOctetsMax);
  size_t written = 0;
  if (wire::CopyRdata(record, out->rdata, &written) != wire::ParseError::kNone) return false;
  out->rdata.resize(written);
  return true;
}

bool WriteSection(const std::vector<PlainRecord>& records, wire::Section section,
                  wire::MessageWriter* writer) {
  for (const PlainRecord& record : records) {
    if (!writer->AddRecord(section, record.owner, record.type, record.rrclass, record.ttl,
                           record.rdata)) {
      return false;
    }
  }
  return true;
}

void AppendSection(std::string_view title, const std::vector<PlainRecord>& records,
                   std::string* text) {
  if (records.empty()) return;
  text->append(";; ").append(title).append("\n");
  for (const PlainRecord& record : records) text->append(record.ToText()).append("\n");
}

}  // namespace

std::string PlainRecord::ToText() const {
  return wire::ToText(owner.view()) + " " + std::to_string(ttl) + " " + wire::ToText(rrclass) +
         " " + wire::ToText(type) + " " + wire::RdataToText(type, rdata);
}

bool PlainRecord::EqualsButTtl(const PlainRecord& other) const {
  if (!(owner == other.owner) || type != other.type || rrclass != other.rrclass) return false;
  if (rdata == other.rdata) return true;
  if (rdata.size() != other.rdata.size() || test::NameOffset(type) < 0) return false;
  // RDATA is numbers, then one name (SOA: two), then numbers. Case does not count in the names
  // only.
  const auto names_begin = static_cast<size_t>(test::NameOffset(type));
  const size_t behind_names = type == wire::RRType::kSOA ? kSoaNumbersOctets : 0;
  if (rdata.size() < names_begin + behind_names) return false;
  const size_t names_end = rdata.size() - behind_names;
  for (size_t i = 0; i < rdata.size(); ++i) {
    const bool in_name = i >= names_begin && i < names_end;
    if (rdata[i] == other.rdata[i]) continue;
    if (!in_name || LowerLetter(rdata[i]) != LowerLetter(other.rdata[i])) return false;
  }
  return true;
}

std::vector<PlainRecord>& PlainMessage::SectionOf(wire::Section section) {
  switch (section) {
    case wire::Section::kAnswer:
      return answer;
    case wire::Section::kAuthority:
      return authority;
    case wire::Section::kAdditional:
      return additional;
  }
  std::abort();
}

std::optional<PlainMessage> PlainMessage::Decode(std::span<const uint8_t> octets) {
  wire::MessageReader reader;
  if (wire::MessageReader::Open(octets, &reader) != wire::ParseError::kNone) return std::nullopt;
  PlainMessage message;
  message.id = reader.header().id;
  message.flags = reader.header().flags & kPlainFlags;
  message.opcode = reader.header().opcode();
  message.rcode = reader.header().rcode();
  for (int i = 0; i < reader.header().question_count; ++i) {
    wire::Question question;
    if (reader.ReadQuestion(&question) != wire::ParseError::kNone) return std::nullopt;
    PlainQuestion& plain = message.questions.emplace_back();
    question.name.CopyTo(&plain.name);
    plain.type = question.type;
    plain.rrclass = question.rrclass;
  }
  while (true) {
    wire::RecordView record;
    wire::Section section;
    bool done = false;
    if (reader.NextRecord(&record, &section, &done) != wire::ParseError::kNone) {
      return std::nullopt;
    }
    if (done) return message;
    if (record.type == wire::RRType::kOPT && section == wire::Section::kAdditional) {
      if (!DecodeOpt(record, &message)) return std::nullopt;
      continue;
    }
    if (!DecodeRecord(record, &message.SectionOf(section).emplace_back())) return std::nullopt;
  }
}

Octets PlainMessage::Encode() const { return EncodeWithin(wire::kMessageOctetsMax); }

Octets PlainMessage::EncodeWithin(size_t limit) const {
  Octets octets(std::min(limit, wire::kMessageOctetsMax));
  wire::MessageWriter writer(octets);
  const auto code = static_cast<uint16_t>(rcode);
  const auto word =
      static_cast<uint16_t>(flags | static_cast<uint16_t>(opcode) << 11 | (code & 0xf));
  writer.SetHeader(id, word);
  for (const PlainQuestion& question : questions) {
    if (!writer.AddQuestion(question.name, question.type, question.rrclass)) return {};
  }
  if (edns) writer.Reserve(11 + edns->options.size());
  const wire::MessageWriter::Mark before_records = writer.GetMark();
  if (!WriteSection(answer, wire::Section::kAnswer, &writer) ||
      !WriteSection(authority, wire::Section::kAuthority, &writer) ||
      !WriteSection(additional, wire::Section::kAdditional, &writer)) {
    if (limit >= wire::kMessageOctetsMax) return {};
    writer.Rewind(before_records);
    writer.SetFlag(wire::kFlagTC);
  }
  if (edns) {
    wire::Edns opt;
    opt.payload_octets = edns->payload_octets;
    opt.extended_rcode = static_cast<uint8_t>(code >> 4);
    opt.version = edns->version;
    opt.dnssec_ok = edns->dnssec_ok;
    opt.options = edns->options;
    if (!writer.AddOpt(opt)) return {};
  }
  octets.resize(writer.Finish());
  return octets;
}

std::optional<Octets> PlainMessage::Cookie() const {
  if (!edns) return std::nullopt;
  wire::Edns read;
  read.options = edns->options;
  const auto cookie = wire::FindOption(read, wire::EdnsOption::kCookie);
  return cookie ? std::optional<Octets>(Octets(cookie->begin(), cookie->end())) : std::nullopt;
}

void PlainMessage::SetCookie(const Octets& cookie) {
  edns->options = {0, static_cast<uint8_t>(wire::EdnsOption::kCookie), 0,
                   static_cast<uint8_t>(cookie.size())};
  edns->options.insert(edns->options.end(), cookie.begin(), cookie.end());
}

std::string PlainMessage::FlagsToText() const {
  static constexpr std::pair<uint16_t, const char*> kNames[] = {
      {wire::kFlagQR, "QR"}, {wire::kFlagAA, "AA"}, {wire::kFlagTC, "TC"}, {wire::kFlagRD, "RD"},
      {wire::kFlagRA, "RA"}, {wire::kFlagAD, "AD"}, {wire::kFlagCD, "CD"}};
  std::string text;
  for (const auto& [flag, name] : kNames) {
    if (!Has(flag)) continue;
    if (!text.empty()) text += ' ';
    text += name;
  }
  return text;
}

std::string PlainMessage::ToText() const {
  std::string text = ";; id " + std::to_string(id) + " opcode " +
                     std::to_string(static_cast<int>(opcode)) + " " + wire::ToText(rcode) +
                     " flags " + FlagsToText() + "\n";
  if (edns) {
    text += ";; EDNS version " + std::to_string(edns->version) + " size " +
            std::to_string(edns->payload_octets) + (edns->dnssec_ok ? " DO\n" : "\n");
  }
  for (const PlainQuestion& question : questions) {
    text += ";" + wire::ToText(question.name.view()) + " " + wire::ToText(question.rrclass) + " " +
            wire::ToText(question.type) + "\n";
  }
  AppendSection("ANSWER", answer, &text);
  AppendSection("AUTHORITY", authority, &text);
  AppendSection("ADDITIONAL", additional, &text);
  return text;
}

PlainMessage MakeQuery(uint16_t id, std::string_view name, wire::RRType type,
                       uint16_t payload_octets) {
  PlainMessage query;
  query.id = id;
  query.flags = wire::kFlagRD;
  query.questions.push_back({NameOf(name), type, wire::RRClass::kIN});
  if (payload_octets != 0) {
    query.edns.emplace();
    query.edns->payload_octets = payload_octets;
  }
  return query;
}

std::optional<wire::ExtendedError> ExtendedErrorOf(const PlainMessage& message) {
  if (!message.edns) return std::nullopt;
  wire::Edns edns;
  edns.options = message.edns->options;
  const auto option = wire::FindOption(edns, wire::EdnsOption::kExtendedError);
  if (!option || option->size() < 2) return std::nullopt;
  return static_cast<wire::ExtendedError>(wire::LoadU16(option->data()));
}

bool SameRecords(const std::vector<PlainRecord>& a, const std::vector<PlainRecord>& b) {
  if (a.size() != b.size()) return false;
  std::vector<bool> used(b.size(), false);
  for (const PlainRecord& record : a) {
    size_t i = 0;
    while (i < b.size() && (used[i] || !record.EqualsButTtl(b[i]))) ++i;
    if (i == b.size()) return false;
    used[i] = true;
  }
  return true;
}

wire::Name NameOf(std::string_view text) {
  absl::StatusOr<wire::Name> name = wire::ParseName(text);
  if (!name.ok()) {
    std::fprintf(stderr, "bad name in a test: %s\n", std::string(text).c_str());
    std::abort();
  }
  return *name;
}

}  // namespace tern::sim
