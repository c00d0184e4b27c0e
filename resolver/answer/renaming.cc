#include "resolver/answer/renaming.h"

#include <optional>

namespace tern::resolver::answer {

bool AddEmpty(wire::NameView name, wire::RRType type, cache::Instant now,
              std::span<uint8_t> scratch, Answer* answer) {
  cache::EntryBuilder builder(scratch);
  return builder.StartNoData(name, type, wire::NameView(), 0, now) && answer->Add(builder.Finish());
}

bool AddDname(cache::EntryView dname, wire::NameView name, cache::Instant now,
              std::span<uint8_t> scratch, Answer* answer) {
  return answer->Add(dname) && AddRenamed(dname, name, now, scratch, answer);
}

bool AddRenamed(cache::EntryView dname, wire::NameView name, cache::Instant now,
                std::span<uint8_t> scratch, Answer* answer) {
  const std::optional<wire::NameView> to = dname.Target();
  if (!to) return false;
  wire::Name target;
  if (!target.AssignJoined({name.data(), name.size() - dname.name().size()}, *to)) {
    answer->SetRcode(wire::Rcode::kYXDomain);
    return true;
  }
  return AddSynthesised(name, target, dname.rank(), dname.security(), dname.Remaining(now), now,
                        scratch, answer);
}

// The CNAME has the DNAME's TTL (RFC 6672 section 3.1).
bool AddSynthesised(wire::NameView name, wire::NameView target, cache::Rank rank,
                    cache::Security security, uint32_t ttl, cache::Instant now,
                    std::span<uint8_t> scratch, Answer* answer) {
  cache::EntryBuilder builder(scratch);
  if (!builder.StartRRset(name, wire::RRType::kCNAME, ttl, now, rank)) return false;
  builder.SetSecurity(security);
  return builder.AddRecord(target.octets()) && answer->Add(builder.Finish());
}

}  // namespace tern::resolver::answer
