#include "resolver/tool/entry_text.h"

#include <string_view>

#include "resolver/tool/control_fields.h"
#include "wire/concat.h"
#include "wire/harmless_text.h"

namespace tern::resolver::tool {
namespace {

// What is known about the entry, as a comment.
std::string RemarkText(const ControlJson& entry) {
  std::string text = "; " + TextOf(entry, "kind");
  if (HasField(entry, "security")) text += Concat(", ", TextOf(entry, "security"));
  if (HasField(entry, "why_insecure")) text += Concat(" (", TextOf(entry, "why_insecure"), ")");
  if (HasField(entry, "learnt_from")) text += Concat(", from: ", TextOf(entry, "learnt_from"));
  if (HasField(entry, "stale_for")) {
    text += Concat(", expired ", NumberOf(entry, "stale_for"), " s ago");
  }
  return Concat(text, ", TTL ", NumberOf(entry, "original_ttl"), " at first, used ",
                NumberOf(entry, "uses"), " of 3, ", NumberOf(entry, "octets"), " octets\n");
}

std::string HeadText(const ControlJson& entry, std::string_view type) {
  return Concat(TextOf(entry, "name"), " ", NumberOf(entry, "ttl"), " IN ", type);
}

std::string LinesOf(const ControlJson& texts, std::string_view head) {
  std::string lines;
  for (const ControlJson& text : texts) {
    if (!text.is_string()) continue;
    lines += Concat(head, " ", HarmlessText(text.get<std::string>()), "\n");
  }
  return lines;
}

std::string DelegationText(const ControlJson& entry) {
  std::string lines;
  for (const ControlJson& server : ListOf(entry, "name_servers")) {
    lines += Concat(";   ", HeadText(entry, "NS"), " ", TextOf(server, "name"));
    for (const ControlJson& address : ListOf(server, "glue")) {
      if (address.is_string()) lines += Concat(" ", HarmlessText(address.get<std::string>()));
    }
    lines += "\n";
  }
  return lines;
}

// What a denial or a failure is about, and with what it is proven.
std::string DenialText(const ControlJson& entry) {
  const std::string type = HasField(entry, "type") ? TextOf(entry, "type") : "ANY";
  std::string lines = Concat(";   ", HeadText(entry, type), "\n");
  lines += LinesOf(ListOf(entry, "soa"), Concat(";   with ", TextOf(entry, "zone"), " SOA"));
  if (HasField(entry, "reason")) {
    const std::string code =
        HasField(entry, "extended_error")
            ? Concat(" (extended error ", NumberOf(entry, "extended_error"), ")")
            : "";
    lines += Concat(";   because: ", TextOf(entry, "reason"), code, ", ",
                    NumberOf(entry, "failures_in_a_row"), " in a row\n");
  }
  return lines;
}

}  // namespace

std::string EntryText(const ControlJson& entry) {
  std::string text = RemarkText(entry);
  const std::string kind = TextOf(entry, "kind");
  if (kind == "records") {
    text += LinesOf(ListOf(entry, "records"), HeadText(entry, TextOf(entry, "type")));
    text += LinesOf(ListOf(entry, "signatures"), HeadText(entry, "RRSIG"));
  } else if (kind == "delegation") {
    text += DelegationText(entry);
  } else {
    text += DenialText(entry);
  }
  return text + LinesOf(ListOf(entry, "proofs"), ";   proof:");
}

}  // namespace tern::resolver::tool
