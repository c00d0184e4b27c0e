#include "resolver/tool/configured_lists.h"

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "resolver/tool/block_lists.h"
#include "resolver/tool/told.h"
#include "resolver/tool/txt_policy.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::tool {
namespace {

constexpr uint8_t kListsName[] = "\4mail\5lists\4tern";

}  // namespace

absl::StatusOr<std::vector<wire::Name>> AskConfiguredLists(const Endpoint& server,
                                                           std::chrono::milliseconds timeout) {
  const std::optional<LookupReply> reply =
      AskTold(wire::NameView::FromValid(kListsName, sizeof kListsName), server, timeout);
  if (!reply) {
    return absl::NotFoundError(
        Concat("the resolver ", server.ToText(),
               " does not tell its block lists: it is no ternd on this machine, or access.trace is "
               "false. Name the zones of the lists, such as zen.spamhaus.org"));
  }
  std::vector<wire::Name> lists = ReadConfiguredLists(*reply);
  if (lists.empty()) {
    return absl::NotFoundError(
        Concat("ternd at ", server.ToText(),
               " has no block lists in its configuration (mail.dnsbl). Name the zones of the "
               "lists, such as zen.spamhaus.org"));
  }
  return lists;
}

std::vector<wire::Name> ReadConfiguredLists(const LookupReply& reply) {
  std::vector<wire::Name> lists;
  for (const ReplyLine& line : reply.sections[0]) {
    if (line.type != wire::RRType::kTXT || lists.size() == kBlockListsMax) continue;
    const auto zone = wire::ParseName(JoinedStrings(line.rdata));
    if (zone.ok() && !zone->view().IsRoot()) lists.push_back(*zone);
  }
  return lists;
}

}  // namespace tern::resolver::tool
