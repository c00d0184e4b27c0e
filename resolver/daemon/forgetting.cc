#include "resolver/daemon/forgetting.h"

#include <memory>
#include <span>

#include "cache/entry.h"
#include "resolver/base/endpoint.h"
#include "wire/types.h"

namespace tern::resolver::daemon {
namespace {

using cache::EntryKind;
using cache::EntryView;
using cache::KeySpace;
using wire::RRType;

class Forgetting {
 public:
  // The reader is awake.
  Forgetting(const control::FlushWish& wish, const ForgetFrom& from, cache::Store::Reader* reader)
      : wish_(wish),
        from_(from),
        reader_(*reader),
        forgets_servers_(!wish.type && !wish.negative) {}

  uint64_t Run() {
    if (forgets_servers_) ForgetConfigured();
    if (wish_.below) {
      from_.store->EraseIf([this](EntryView entry) { return Takes(entry); });
    } else {
      EraseName();
    }
    return count_;
  }

 private:
  // Whether the entry is to go. If so, what is known of its servers goes first.
  bool Takes(EntryView entry) {
    // An entry that is visited stays in its place, and a walk must not hold memory.
    if (wish_.below) reader_.Quiescent();
    if (!control::Wants(wish_, entry)) return false;
    ++count_;
    if (forgets_servers_) ForgetServersOf(entry);
    return true;
  }

  void EraseName() {
    for (const EntryView entry : from_.store->FindAll(wish_.name)) {
      if (Takes(entry)) {
        from_.store->Erase(wish_.name, cache::SpaceOf(entry.kind()), entry.type());
      }
    }
  }

  void ForgetConfigured() {
    if (wish_.below && wish_.name.view().IsRoot()) {
      from_.servers->ForgetAll();
      return;
    }
    from_.servers->ForgetLame();
    for (const StaticZone& zone : from_.zones) {
      const bool is_there = wish_.below ? zone.zone.view().IsSubdomainOf(wish_.name)
                                        : zone.zone.view().Equals(wish_.name);
      if (!is_there) continue;
      for (const Endpoint& server : zone.to) from_.servers->Forget(from_.servers->KeyOf(server));
    }
  }

  // An address may be that of a server.
  void ForgetServersOf(EntryView entry) {
    if (entry.kind() == EntryKind::kDelegation) {
      cache::NameServerCursor cursor = entry.NameServers();
      cache::NameServerView server;
      while (cursor.Next(&server)) {
        ForgetAddresses(server.ipv4, 4);
        ForgetAddresses(server.ipv6, 16);
        ForgetAddressesOf(from_.store->Find(server.name, KeySpace::kData, RRType::kA));
        ForgetAddressesOf(from_.store->Find(server.name, KeySpace::kData, RRType::kAAAA));
      }
    } else {
      ForgetAddressesOf(entry);
    }
  }

  void ForgetAddressesOf(EntryView entry) {
    if (!entry || entry.kind() != EntryKind::kRRset) return;
    if (entry.type() != RRType::kA && entry.type() != RRType::kAAAA) return;
    cache::RecordCursor cursor = entry.Records();
    std::span<const uint8_t> rdata;
    while (cursor.Next(&rdata)) ForgetAddresses(rdata, rdata.size());
  }

  void ForgetAddresses(std::span<const uint8_t> octets, size_t size) {
    for (size_t at = 0; at < octets.size(); at += size) {
      const Endpoint server{IpAddress::FromOctets(octets.subspan(at, size)), from_.upstream_port};
      from_.servers->Forget(from_.servers->KeyOf(server));
    }
  }

  const control::FlushWish& wish_;
  const ForgetFrom& from_;
  cache::Store::Reader& reader_;
  const bool forgets_servers_;
  uint64_t count_ = 0;
};

}  // namespace

absl::StatusOr<uint64_t> Forget(const control::FlushWish& wish, const ForgetFrom& from) {
  const std::unique_ptr<cache::Store::Reader> reader = from.store->Register();
  if (reader == nullptr) return absl::ResourceExhaustedError("too many look into the cache");
  return Forgetting(wish, from, reader.get()).Run();
}

}  // namespace tern::resolver::daemon
