// What `tern mail --json` and `tern doctor mail --json` print: one object on one line of ASCII.
//
// Thread: any. Bounded by what was found.
#pragma once

#include <span>
#include <string>

#include "resolver/tool/block_lists.h"
#include "resolver/tool/mail_doctor.h"
#include "resolver/tool/mail_plan.h"

namespace tern::resolver::tool {

std::string MailJson(const MailPlan& plan, const Endpoint& server);
std::string BlockListsJson(std::span<const BlockListState> lists);
std::string FindingsJson(std::span<const Finding> findings);

}  // namespace tern::resolver::tool
