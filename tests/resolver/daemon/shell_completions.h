// The completions of a program for bash and zsh, made from the description of its command line.
//
// deploy/completions has what comes of it. To write those files anew after a change of a command
// line: TERN_WRITE_COMPLETIONS=1 build/daemon_tests --gtest_filter='ShellCompletionsTest.*'
#pragma once

#include <string>

#include "resolver/base/command_line.h"

namespace tern::resolver::daemon {

std::string BashCompletions(const Program& program);
std::string ZshCompletions(const Program& program);

}  // namespace tern::resolver::daemon
