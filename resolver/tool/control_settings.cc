#include "resolver/tool/control_settings.h"

#include <string_view>

#include "absl/status/status.h"
#include "resolver/base/error_text.h"
#include "resolver/base/negative_anchors.h"
#include "resolver/base/time_text.h"
#include "resolver/tool/control_words.h"
#include "resolver/tool/server_word.h"
#include "wire/concat.h"
#include "wire/harmless_text.h"

namespace tern::resolver::tool {
namespace {

using Json = nlohmann::ordered_json;

void FillValue(const CommandWords& read, std::string_view option, Json* request) {
  const auto value = read.Value(option);
  if (value) (*request)[std::string(option.substr(2))] = std::string(*value);
}

void FillFlag(const CommandWords& read, std::string_view option, Json* request) {
  if (read.Has(option)) (*request)[std::string(option.substr(2))] = true;
}

absl::Status FillState(const CommandWords& read, Json* request) {
  if (!read.words.empty()) (*request)["state"] = std::string(read.words[0]);
  return absl::OkStatus();
}

absl::Status FillLevel(const CommandWords& read, Json* request) {
  if (!read.words.empty()) (*request)["level"] = std::string(read.words[0]);
  return absl::OkStatus();
}

absl::Status FillZone(const CommandWords& read, Json* request) {
  return FillName(read.words[0], "zone", request);
}

absl::Status FillNewZone(const CommandWords& read, Json* request) {
  std::string servers;
  for (size_t i = 1; i < read.words.size(); ++i) {
    const auto server = ReadServerWord(read.words[i]);
    if (!server.ok()) return server.status();
    servers += Concat(i == 1 ? "" : " ", read.words[i]);
  }
  if (absl::Status status = FillZone(read, request); !status.ok()) return status;
  (*request)["servers"] = servers;
  FillFlag(read, "--first", request);
  FillFlag(read, "--validate", request);
  return absl::OkStatus();
}

// The shell has taken the quotes of a text away.
std::string AsField(std::string_view word) {
  const bool needs_quotes = word.empty() || word.find_first_of(" ;()") != std::string_view::npos;
  return needs_quotes && !word.starts_with('"') ? Concat("\"", word, "\"") : std::string(word);
}

absl::Status FillRecord(const CommandWords& read, Json* request) {
  std::string record;
  for (const std::string_view word : read.words) {
    // A whole record may be one word.
    record += read.words.size() == 1 ? std::string(word)
                                     : Concat(record.empty() ? "" : " ", AsField(word));
  }
  (*request)["record"] = record;
  return absl::OkStatus();
}

absl::Status FillOldRecords(const CommandWords& read, Json* request) {
  const absl::Status status = FillName(read.words[0], "name", request);
  return status.ok() && read.words.size() > 1 ? FillType(read.words[1], "", request) : status;
}

absl::Status CheckEnd(const CommandWords& read) {
  const auto time = read.Value("--for");
  const auto until = read.Value("--until");
  if (time && until) {
    return absl::InvalidArgumentError("nta add: expected either --until or --for");
  }
  if (until && !ParseTime(*until)) {
    return absl::InvalidArgumentError(
        Concat("--until: expected ", kTimeExpected, ", found ", Quoted(*until)));
  }
  const absl::Status status = time ? ParseAnchorTime(*time).status() : absl::OkStatus();
  return status.ok() ? status
                     : absl::InvalidArgumentError(Concat("--for: ", std::string(status.message())));
}

absl::Status FillAnchor(const CommandWords& read, Json* request) {
  if (absl::Status status = CheckEnd(read); !status.ok()) return status;
  for (const std::string_view option : {"--until", "--for", "--reason"}) {
    FillValue(read, option, request);
  }
  return FillZone(read, request);
}

constexpr CommandWord kZone = {.name = "ZONE", .meaning = "the name of a zone"};

ControlCommand ListCommand(std::string_view name, std::string_view meaning) {
  return {.command = {.name = name, .meaning = meaning}, .text = &LinesText};
}

ControlCommand RemoveZoneCommand(std::string_view name, std::string_view meaning) {
  return {.command = {.name = name, .meaning = meaning, .words = {kZone}},
          .fill = &FillZone,
          .text = &LinesText};
}

ControlCommand AddZoneCommand(std::string_view name, std::string_view meaning, bool forward) {
  ControlCommand command = {
      .command = {.name = name,
                  .meaning = meaning,
                  .words = {kZone,
                            {.name = "SERVER",
                             .meaning = "an address, with a port if that is not 53",
                             .may_repeat = true}}},
      .fill = &FillNewZone,
      .text = &LinesText};
  if (forward) {
    command.command.options.push_back(
        {.name = "--first", .meaning = "look a name up from the root when all servers fail"});
  }
  command.command.options.push_back(
      {.name = "--validate", .meaning = "validate it though all its servers are private"});
  return command;
}

std::vector<ControlCommand> LocalCommands() {
  return {{.command = {.name = "local add",
                       .meaning = "has ternd answer with a record of yours",
                       .words = {{.name = "RECORD",
                                  .meaning = "NAME [TTL] TYPE DATA, as in a master file",
                                  .may_repeat = true}}},
           .fill = &FillRecord,
           .text = &LinesText},
          {.command = {.name = "local remove",
                       .meaning = "takes records of yours away again",
                       .words = {{.name = "NAME", .meaning = "a domain name"},
                                 {.name = "TYPE",
                                  .meaning = "of this record type only",
                                  .may_be_missing = true}}},
           .fill = &FillOldRecords,
           .text = &LinesText},
          ListCommand("local list", "shows your records")};
}

std::vector<ControlCommand> AnchorCommands() {
  return {{.command = {.name = "nta add",
                       .meaning = "has a zone not validated, for as long as it is broken",
                       .words = {kZone},
                       .options = {{.name = "--until",
                                    .value = "TIME",
                                    .meaning = "end then, for example 2030-12-31 (UTC)"},
                                   {.name = "--for",
                                    .value = "DURATION",
                                    .meaning = "end after that time, for example 1h"},
                                   {.name = "--reason",
                                    .value = "TEXT",
                                    .meaning = "why; clients read it in extended error 33"}}},
           .fill = &FillAnchor,
           .text = &LinesText},
          RemoveZoneCommand("nta remove", "has the zone validated again"),
          ListCommand("nta list", "shows the negative trust anchors")};
}

}  // namespace

std::vector<ControlCommand> SettingsCommands() {
  std::vector<ControlCommand> commands = {
      ListCommand("config show", "shows the configuration in force"),
      {.command = {.name = "log level",
                   .meaning = "shows or changes which lines the log has",
                   .words = {{.name = "LEVEL",
                              .meaning = "error, warning or info",
                              .may_be_missing = true,
                              .choices = {"error", "warning", "info"},
                              .only_choices = true}}},
       .fill = &FillLevel,
       .text = &LinesText},
      {.command = {.name = "log reopen",
                   .meaning = "has ternd open the files of the query log and of dnstap again, as "
                              "after logrotate"},
       .text = &LinesText},
      AddZoneCommand("forward add", "has other resolvers asked for a zone", /*forward=*/true),
      RemoveZoneCommand("forward remove", "has the zone looked up from the root again"),
      ListCommand("forward list", "shows the forward zones"),
      AddZoneCommand("stub add", "has the zone's own servers asked at these addresses",
                     /*forward=*/false),
      RemoveZoneCommand("stub remove", "has the zone looked up from the root again"),
      ListCommand("stub list", "shows the stub zones")};
  for (const auto& more : {LocalCommands(), AnchorCommands()}) {
    commands.insert(commands.end(), more.begin(), more.end());
  }
  return commands;
}

ControlCommand DrainCommand() {
  return {.command = {.name = "drain",
                      .meaning = "has /ready say that no new queries should come",
                      .words = {{.name = "STATE",
                                 .meaning = "on, which is the default, or off",
                                 .may_be_missing = true,
                                 .choices = {"on", "off"},
                                 .only_choices = true}}},
          .fill = &FillState,
          .text = &LinesText};
}

std::string LinesText(const Json& result) {
  std::string text;
  const auto lines = result.is_object() ? result.find("lines") : result.end();
  if (!result.is_object() || lines == result.end() || !lines->is_array()) return text;
  for (const Json& line : *lines) {
    if (line.is_string()) text += HarmlessText(line.get<std::string>()) + "\n";
  }
  return text;
}

}  // namespace tern::resolver::tool
