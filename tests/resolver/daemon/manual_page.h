// The parts of a program's manual page that the description of its command line has: the synopsis,
// and each command's words and options.
//
// deploy/man/tern.1 has them between lines of comment that say so. To write them anew after a
// change of a command line: TERN_WRITE_COMPLETIONS=1 build/daemon_tests
// --gtest_filter='ManualPageTest.*'
#pragma once

#include <string>
#include <string_view>

#include "resolver/base/command_line.h"

namespace tern::resolver::daemon {

std::string ManualSynopsis(const Program& program);
std::string ManualOptions(const Program& program);

// The page with `text` in place of what stands between the marks of that name. Empty when the page
// has no such marks.
std::string WithPart(std::string_view page, std::string_view name, std::string_view text);

}  // namespace tern::resolver::daemon
