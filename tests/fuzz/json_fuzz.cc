// JSON both ways: any text read, and what was a value written and read again; any octets as a
// string written, and read again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "resolver/tool/json.h"
#include "tests/fuzz/property.h"

namespace tern::resolver {
namespace {

// Nothing that a terminal acts on: no C0 control, no DEL, no C1 control in UTF-8.
bool IsOneHarmlessLine(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (static_cast<uint8_t>(text[i]) < 0x20 || text[i] == 0x7f) return false;
    const bool c2 = text[i] == '\xc2' && i + 1 < text.size();
    if (c2 && static_cast<uint8_t>(text[i + 1]) < 0xa0) return false;
  }
  return true;
}

// Bounded as the text that it was read from is.
void CheckSame(const tool::JsonValue& a, const tool::JsonValue& b) {
  TERN_FUZZ_PROPERTY(a.kind() == b.kind());
  TERN_FUZZ_PROPERTY(a.text() == b.text());
  TERN_FUZZ_PROPERTY(a.items().size() == b.items().size());
  for (size_t i = 0; i < a.items().size(); ++i) CheckSame(a.items()[i], b.items()[i]);
  TERN_FUZZ_PROPERTY(a.members().size() == b.members().size());
  for (size_t i = 0; i < a.members().size(); ++i) {
    TERN_FUZZ_PROPERTY(a.members()[i].first == b.members()[i].first);
    CheckSame(a.members()[i].second, b.members()[i].second);
    TERN_FUZZ_PROPERTY(a.Find(a.members()[i].first) != nullptr);
  }
}

void CheckRead(std::string_view text) {
  const auto value = tool::JsonValue::Parse(text);
  if (!value) return;
  const std::string written = value->ToText();
  TERN_FUZZ_PROPERTY(IsOneHarmlessLine(written));
  const auto again = tool::JsonValue::Parse(written);
  TERN_FUZZ_PROPERTY(again.has_value());
  CheckSame(*value, *again);
  TERN_FUZZ_PROPERTY(again->ToText() == written);
}

void CheckWritten(std::string_view text) {
  tool::JsonValue object = tool::JsonValue::Object();
  object.Set(text, tool::JsonValue::Text(text));
  const std::string written = object.ToText();
  TERN_FUZZ_PROPERTY(IsOneHarmlessLine(written));
  const auto again = tool::JsonValue::Parse(written);
  TERN_FUZZ_PROPERTY(again.has_value() && again->members().size() == 1);
  const std::string& read = again->members()[0].second.text();
  TERN_FUZZ_PROPERTY(again->members()[0].first == read);
  // What is not UTF-8 was replaced, once and for all.
  TERN_FUZZ_PROPERTY(read == text || read.find("\xef\xbf\xbd") != std::string::npos);
  TERN_FUZZ_PROPERTY(tool::JsonValue::Text(read).ToText() == tool::JsonValue::Text(text).ToText());
}

}  // namespace
}  // namespace tern::resolver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(octets), size);
  tern::resolver::CheckRead(text);
  tern::resolver::CheckWritten(text);
  return 0;
}
