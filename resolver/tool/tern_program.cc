#include "resolver/tool/tern_program.h"

#include "resolver/tool/lookup_options.h"

namespace tern::resolver::tool {

const Program& TernProgram() {
  static const Program program = {
      .name = "tern",
      .purpose = "Asks a DNS resolver, and shows how it found the answer.",
      .commands = {LookupCommand()},
      .notes =
          "Exit status: 0 an answer, 1 no such name or record, 2 wrong usage,\n"
          "3 SERVFAIL, REFUSED or another failure of the server, 4 no answer. See tern(1).\n",
  };
  return program;
}

}  // namespace tern::resolver::tool
