#include "resolver/answer/renaming.h"

namespace tern::resolver::answer {

bool AddEmpty(wire::NameView name, wire::RRType type, cache::Seconds now,
              std::span<uint8_t> scratch, Answer* answer) {
  cache::EntryBuilder builder(scratch);
  return builder.StartNoData(name, type, wire::NameView(), 0, now) && answer->Add(builder.Finish());
}

bool AddDname(cache::EntryView dname, wire::NameView name, cache::Seconds now,
              std::span<uint8_t> scratch, Answer* answer) {
  return answer->Add(dname) && AddRenamed(dname, name, now, scratch, answer);
}

bool AddRenamed(cache::EntryView dname, wire::NameView name, cache::Seconds now,
                std::span<uint8_t> scratch, Answer* answer) {
  cache::RecordCursor cursor = dname.Records();
  std::span<const uint8_t> to;
  if (!cursor.Next(&to)) return false;
  wire::Name target;
  if (!target.AssignJoined({name.data(), name.size() - dname.name().size()},
                           wire::NameView::FromValid(to.data(), to.size()))) {
    answer->SetRcode(wire::Rcode::kYXDomain);
    return true;
  }
  return AddSynthesised(name, target, dname.rank(), dname.Remaining(now), now, scratch, answer);
}

// The CNAME has the DNAME's TTL (RFC 6672 section 3.1).
bool AddSynthesised(wire::NameView name, wire::NameView target, cache::Rank rank, uint32_t ttl,
                    cache::Seconds now, std::span<uint8_t> scratch, Answer* answer) {
  cache::EntryBuilder builder(scratch);
  return builder.StartRRset(name, wire::RRType::kCNAME, rank, ttl, now) &&
         builder.AddRecord(target.octets()) && answer->Add(builder.Finish());
}

}  // namespace tern::resolver::answer
