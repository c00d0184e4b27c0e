#include "resolver/daemon/cache_facts.h"

#include <string>
#include <string_view>

#include "resolver/base/siphash.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

// A text in which every part has its length before it, so no two lists give the same text.
class Text {
 public:
  void Add(std::string_view part) { text_ += Concat(part.size(), ":", part); }
  void Add(uint64_t number) { text_ += Concat(number, ","); }
  void Add(wire::NameView name) {
    wire::Name lower(name);
    lower.Lower();
    Add(std::string_view(reinterpret_cast<const char*>(lower.data()), lower.size()));
  }
  void Add(const std::vector<uint8_t>& octets) {
    Add(std::string_view(reinterpret_cast<const char*>(octets.data()), octets.size()));
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void AddAnchors(const config::Settings& settings, Text* text) {
  text->Add(static_cast<uint64_t>(settings.dnssec.validation));
  text->Add(settings.dnssec.anchors.size());
  for (const TrustAnchor& anchor : settings.dnssec.anchors) {
    text->Add(anchor.zone.view());
    text->Add(anchor.ds.size());
    for (const std::vector<uint8_t>& rdata : anchor.ds) text->Add(rdata);
    text->Add(anchor.dnskeys.size());
    for (const std::vector<uint8_t>& rdata : anchor.dnskeys) text->Add(rdata);
  }
}

void AddExemptions(const ValidationSettings& in_force, Text* text) {
  text->Add(uint64_t{in_force.sha1});
  text->Add(in_force.negative_anchors.all().size());
  for (const NegativeAnchor& anchor : in_force.negative_anchors.all()) {
    text->Add(anchor.zone.view());
  }
}

void AddServers(const config::Settings& settings, Text* text) {
  text->Add(settings.resolution.upstream_port);
  text->Add(settings.resolution.root_hints.size());
  for (const RootHint& hint : settings.resolution.root_hints) {
    text->Add(hint.server.view());
    text->Add(hint.addresses.size());
    for (const IpAddress& address : hint.addresses) text->Add(address.ToText());
  }
  text->Add(settings.static_zones.size());
  for (const StaticZone& zone : settings.static_zones) {
    text->Add(zone.zone.view());
    text->Add(uint64_t{zone.forward} << 2 | uint64_t{zone.first} << 1 | uint64_t{zone.validate});
    text->Add(zone.to.size());
    for (const Endpoint& server : zone.to) text->Add(server.ToText());
  }
  text->Add(settings.mail.dnsbl.size());
  for (const BlockList& list : settings.mail.dnsbl) text->Add(list.zone.view());
}

}  // namespace

uint64_t CacheFacts(const config::Settings& settings, const ValidationSettings& in_force) {
  Text text;
  AddAnchors(settings, &text);
  AddExemptions(in_force, &text);
  AddServers(settings, &text);
  const std::string& all = text.text();
  return SipHash({}, {reinterpret_cast<const uint8_t*>(all.data()), all.size()});
}

}  // namespace tern::resolver::daemon
