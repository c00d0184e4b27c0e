// Any octets as the reply that `tern lookup` got. What it prints is safe for a terminal, whatever
// the reply holds, and what it prints as JSON is JSON that says the same.
//
// Input: one octet of options, then the reply.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "resolver/tool/lookup_client.h"
#include "resolver/tool/lookup_options.h"
#include "resolver/tool/lookup_reply.h"
#include "resolver/tool/lookup_text.h"
#include "tests/fuzz/property.h"
#include "wire/presentation.h"

namespace tern::resolver {
namespace {

constexpr wire::RRType kTypes[] = {wire::RRType::kA, wire::RRType::kMX, wire::RRType::kTXT,
                                   wire::RRType::kANY};

// Nothing that a terminal acts on but ends of lines: no C0 control, no DEL, no C1 control in UTF-8.
void CheckHarmless(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<uint8_t>(text[i]);
    TERN_FUZZ_PROPERTY((octet >= 0x20 || octet == '\n') && octet != 0x7f);
    if (octet == 0xc2 && i + 1 < text.size()) {
      const auto next = static_cast<uint8_t>(text[i + 1]);
      TERN_FUZZ_PROPERTY(next < 0x80 || next >= 0xa0);
    }
  }
  TERN_FUZZ_PROPERTY(!text.empty() && text.back() == '\n');
}

void CheckSection(const tool::JsonValue& object, std::string_view name,
                  const std::vector<tool::ReplyLine>& lines) {
  const tool::JsonValue* const section = object.Find(name);
  TERN_FUZZ_PROPERTY(section != nullptr && section->items().size() == lines.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    const tool::JsonValue& record = section->items()[i];
    TERN_FUZZ_PROPERTY(record.Find("name")->text() == lines[i].owner);
    TERN_FUZZ_PROPERTY(record.Find("ttl")->text() == std::to_string(lines[i].ttl));
    TERN_FUZZ_PROPERTY(record.Find("data")->text() == lines[i].rdata);
    TERN_FUZZ_PROPERTY(wire::ParseType(record.Find("type")->text()) == lines[i].type);
    TERN_FUZZ_PROPERTY(wire::ParseName(lines[i].owner).ok());
  }
}

void CheckJson(std::string_view line, const tool::LookupOptions& options,
               const tool::LookupReply& reply) {
  TERN_FUZZ_PROPERTY(line.find('\n') == line.size() - 1);
  const auto object = tool::JsonValue::Parse(line);
  TERN_FUZZ_PROPERTY(object && object->kind() == tool::JsonValue::Kind::kObject);
  CheckSection(*object, "answer", reply.sections[0]);
  CheckSection(*object, "authority", reply.sections[1]);
  CheckSection(*object, "additional", reply.sections[2]);
  TERN_FUZZ_PROPERTY((object->Find("error") != nullptr) == reply.malformed);
  const tool::JsonValue* const trace = object->Find("trace");
  TERN_FUZZ_PROPERTY((trace != nullptr) == options.trace);
  if (trace != nullptr) TERN_FUZZ_PROPERTY(trace->items().size() == reply.trace.size());
}

void Print(uint8_t choice, std::span<const uint8_t> message) {
  tool::LookupOptions options;
  options.name = *wire::ParseName("www.example.com.");
  options.type = kTypes[choice % std::size(kTypes)];
  options.server = *Endpoint::Parse("127.0.0.1", 53);
  options.trace = (choice & 0x80) != 0;
  tool::RawReply raw;
  raw.outcome = tool::LookupOutcome::kReply;
  raw.message.assign(message.begin(), message.end());
  (void)tool::AnswersQuery(raw.message, options, 0x1234);
  const tool::LookupReply reply = tool::ReadLookupReply(raw.message);
  const tool::LookupExit exit = tool::ExitOf(reply, options.type);
  TERN_FUZZ_PROPERTY(exit != tool::LookupExit::kUsage && exit != tool::LookupExit::kNoReply);
  TERN_FUZZ_PROPERTY(!reply.malformed || exit != tool::LookupExit::kNoSuchRecord);
  CheckHarmless(tool::LookupText(options, raw, reply));
  const std::string json = tool::LookupJson(options, raw, reply);
  CheckHarmless(json);
  CheckJson(json, options, reply);
}

}  // namespace
}  // namespace tern::resolver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  if (size > 0) tern::resolver::Print(octets[0], {octets + 1, size - 1});
  return 0;
}
