// What `tern mail` and `tern doctor mail` print for people.
//
// Thread: any. Bounded by what was found.
#pragma once

#include <span>
#include <string>

#include "resolver/tool/block_lists.h"
#include "resolver/tool/mail_doctor.h"
#include "resolver/tool/mail_plan.h"

namespace tern::resolver::tool {

// `server`: the resolver that was asked.
std::string MailText(const MailPlan& plan, const Endpoint& server);
std::string BlockListsText(std::span<const BlockListState> lists);
std::string FindingsText(std::span<const Finding> findings);

}  // namespace tern::resolver::tool
