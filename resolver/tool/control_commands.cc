#include "resolver/tool/control_commands.h"

#include <algorithm>

#include "resolver/tool/control_cache.h"
#include "resolver/tool/control_cache_load.h"
#include "resolver/tool/control_flush.h"
#include "resolver/tool/control_servers.h"
#include "resolver/tool/control_settings.h"
#include "resolver/tool/control_stuck.h"
#include "resolver/tool/top_options.h"

namespace tern::resolver::tool {
namespace {

// All have these options behind their own.
ControlCommand WithSocket(ControlCommand command) {
  command.command.options.push_back(
      {.name = "--socket",
       .value = "PATH",
       .meaning = "the control socket of ternd; /run/tern/control when it is not given",
       .expected = "the path of a socket",
       .offer = Offer::kFiles});
  command.command.options.push_back({.name = "--json", .meaning = "print one JSON object"});
  return command;
}

std::vector<ControlCommand> MakeCommands() {
  std::vector<ControlCommand> commands = {
      {.command = {.name = "status", .meaning = "shows what the running ternd is and does"}},
      {.command = {.name = "stats",
                   .meaning = "shows what the running ternd has counted since its start"}},
      {.command = {.name = "reload", .meaning = "has ternd read its configuration again"},
       .text = &LinesText},
      DrainCommand(),
      {.command = {.name = "upgrade",
                   .meaning = "has ternd make way for the program that is installed now; no query "
                              "is lost"},
       .text = &LinesText},
      {.command = {.name = "stop", .meaning = "ends ternd"}},
      {.command = TopCommand()},  // watch_top.h asks and shows
      {.command = StuckCommand(), .text = &StuckText},
      {.command = ServersCommand(), .fill = &FillServers, .text = &ServersText},
      {.command = CacheLookCommand(), .fill = &FillCacheLook, .text = &CacheLookText},
      {.command = CacheDumpCommand()},  // tern_main.cc asks for all pieces
      {.command = CacheLoadCommand()},  // and sends them
      {.command = FlushCommand(), .fill = &FillFlush},
  };
  const std::vector<ControlCommand> of_settings = SettingsCommands();
  commands.insert(commands.end(), of_settings.begin(), of_settings.end());
  std::transform(commands.begin(), commands.end(), commands.begin(), &WithSocket);
  return commands;
}

}  // namespace

const std::vector<ControlCommand>& ControlCommands() {
  static const std::vector<ControlCommand> commands = MakeCommands();
  return commands;
}

const ControlCommand* FindControlCommand(std::string_view name) {
  const auto found =
      std::find_if(ControlCommands().begin(), ControlCommands().end(),
                   [&](const ControlCommand& each) { return each.command.name == name; });
  return found == ControlCommands().end() ? nullptr : &*found;
}

}  // namespace tern::resolver::tool
