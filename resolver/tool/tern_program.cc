#include "resolver/tool/tern_program.h"

#include "resolver/tool/config_check.h"
#include "resolver/tool/control_commands.h"
#include "resolver/tool/health.h"
#include "resolver/tool/import_options.h"
#include "resolver/tool/lookup_options.h"
#include "resolver/tool/mail_options.h"
#include "resolver/tool/why.h"

namespace tern::resolver::tool {
namespace {

std::vector<Command> AllCommands() {
  std::vector<Command> commands = {LookupCommand(),     WhyCommand(),    MailCommand(),
                                   DoctorCommand(),     HealthCommand(), ImportCommand(),
                                   ConfigCheckCommand()};
  for (const ControlCommand& control : ControlCommands()) commands.push_back(control.command);
  return commands;
}

}  // namespace

const Program& TernProgram() {
  static const Program program = {
      .name = "tern",
      .purpose =
          "Asks a DNS resolver, shows how it found the answer, plans mail by it, and "
          "steers ternd.",
      .commands = AllCommands(),
      .notes =
          "Exit status of lookup: 0 an answer, 1 no such name or record, 2 wrong usage,\n"
          "3 SERVFAIL, REFUSED or another failure of the server, 4 no answer.\n"
          "Of why: 0 secure, 1 insecure, 2 wrong usage, 3 bogus, 4 it cannot be told.\n"
          "Of mail: 0 deliverable, 1 cannot be delivered, 2 wrong usage, 3 deferred.\n"
          "Of mail --check-lists and doctor: 0 all is well, 1 something is to be changed,\n"
          "2 wrong usage, 3 no answer.\n"
          "Of health: 0 ready, 1 not ready or no answer, 2 wrong usage, 3 degraded (with\n"
          "--strict).\n"
          "Of config import: 0 all is carried over, 1 some is not, 2 wrong usage, 3 the\n"
          "file cannot be read.\n"
          "Of those with --socket: 0 done, 2 wrong usage, 3 ternd could not do it, or you\n"
          "may not ask for it, 4 nobody answers at the socket. Of config check: 0 good,\n"
          "2 wrong usage, 3 mistakes, 4 there is no ternd to run. See tern(1).\n",
  };
  return program;
}

}  // namespace tern::resolver::tool
