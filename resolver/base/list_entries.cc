#include "resolver/base/list_entries.h"

#include "resolver/base/endpoint.h"
#include "resolver/base/reverse_name.h"

namespace tern::resolver {

std::optional<wire::Name> NameInList(std::string_view entry, const wire::Name& zone) {
  wire::Name name = zone;
  const auto address = IpAddress::Parse(entry);
  if (!address) return name.Prepend(entry) ? std::optional(name) : std::nullopt;
  // The labels of the reverse name before `in-addr.arpa.` or `ip6.arpa.`.
  const wire::Name reverse = ReverseName(*address);
  const size_t behind = reverse.view().Suffix(2).size();
  const auto labels = reverse.view().octets().first(reverse.size() - behind);
  return name.AssignJoined(labels, zone) ? std::optional(name) : std::nullopt;
}

}  // namespace tern::resolver
