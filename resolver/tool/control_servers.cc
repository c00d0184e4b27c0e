#include "resolver/tool/control_servers.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string>
#include <string_view>

#include "resolver/tool/control_fields.h"
#include "resolver/tool/control_words.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

std::string RoundTripText(const ControlJson& server, const char* key) {
  if (!server.is_object()) return "?";
  const auto field = server.find(key);
  if (field == server.end() || !field->is_number()) return "?";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f ms", field->get<double>());
  return text;
}

void AddWord(bool is_so, std::string_view word, std::string* words) {
  if (is_so) *words += Concat(", ", word);
}

std::string AgoText(const ControlJson& server, std::string_view key) {
  return Concat(SpanText(NumberOf(server, key) * 1000), " ago");
}

// Why it is asked last for the zone.
std::string AvoidedText(const std::string& why) {
  struct Row {
    std::string_view why;
    std::string_view text;
  };
  constexpr Row kRows[] = {
      {"lame", "LAME for the zone"},
      {"refused", "REFUSES the zone"},
      {"failed", "avoided for the zone, because it answered with an error"},
      {"format_error", "avoided for the zone, because it did not understand the query"},
      {"unsound", "avoided for the zone, because its replies cannot be used"},
      {"overtaken", "avoided for the zone, because another server was faster over TCP"},
      {"bogus", "avoided for the zone, because what it gave failed validation"},
  };
  const auto* const row =
      std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& r) { return r.why == why; });
  return row == std::end(kRows) ? Concat("avoided for the zone: ", why) : std::string(row->text);
}

// What an operator has to know of it.
std::string StateText(const ControlJson& server) {
  if (!HasField(server, "address")) return "no address known";
  const int64_t silences = NumberOf(server, "silences");
  std::string words = HasField(server, "round_trip_ms")
                          ? Concat(RoundTripText(server, "round_trip_ms"), " (late after ",
                                   RoundTripText(server, "late_after_ms"), ")")
                          : "never measured";
  AddWord(FlagOf(server, "dead"), "DEAD", &words);
  if (silences > 0) {
    words += Concat(", ", CountText(silences, "silence", "silences"), ", the last ",
                    AgoText(server, "silent_seconds_ago"));
  }
  if (HasField(server, "answered_seconds_ago")) {
    words += Concat(", answered ", AgoText(server, "answered_seconds_ago"));
  }
  AddWord(HasField(server, "avoided"), AvoidedText(TextOf(server, "avoided")), &words);
  AddWord(HasField(server, "may_be_asked") && !FlagOf(server, "may_be_asked"), "may not be asked",
          &words);
  AddWord(FlagOf(server, "family_broken"), "its address family does not work here", &words);
  AddWord(!FlagOf(server, "edns"), "no EDNS", &words);
  AddWord(TextOf(server, "cookies") == "gives", "gives cookies", &words);
  AddWord(TextOf(server, "cookies") == "refuses", "refuses cookies", &words);
  AddWord(TextOf(server, "case") != "kept", Concat("case ", TextOf(server, "case")), &words);
  AddWord(!FlagOf(server, "large_replies"), "loses replies over 512 octets", &words);
  return words;
}

std::string ServerText(const ControlJson& server) {
  std::string who = TextOf(server, "name");
  if (HasField(server, "address")) {
    who += Concat(who.empty() ? "" : " ", TextOf(server, "address"));
  }
  return Concat("  ", who, ": ", StateText(server), "\n");
}

std::string ZoneText(const ControlJson& zone) {
  std::string text = Concat(TextOf(zone, "zone"), " from the ", TextOf(zone, "known_from"));
  if (HasField(zone, "ttl")) text += Concat(", for ", SpanText(NumberOf(zone, "ttl") * 1000));
  if (FlagOf(zone, "somebody_forges")) text += ", somebody forges replies";
  text += "\n";
  for (const ControlJson& server : ListOf(zone, "servers")) text += ServerText(server);
  return text;
}

}  // namespace

Command ServersCommand() {
  return {.name = "servers",
          .meaning =
              "shows what ternd knows of a zone's name servers; without ZONE, of the configured "
              "ones and of those that are silent",
          .words = {{.name = "ZONE",
                     .meaning = "a domain name; the nearest zone that is known counts",
                     .may_be_missing = true}}};
}

absl::Status FillServers(const CommandWords& read, ControlJson* request) {
  if (read.words.empty()) return absl::OkStatus();
  return FillName(read.words[0], "zone", request);
}

std::string ServersText(const ControlJson& result) {
  if (HasField(result, "zone")) return ZoneText(result);
  std::string text;
  for (const ControlJson& zone : ListOf(result, "zones")) text += ZoneText(zone);
  const ControlJson& silent = ListOf(result, "silent");
  text += silent.empty() ? "no server is silent\n" : "silent servers, the most silent first\n";
  for (const ControlJson& server : silent) text += ServerText(server);
  return text;
}

}  // namespace tern::resolver::tool
