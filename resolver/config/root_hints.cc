#include "resolver/config/root_hints.h"

#include <algorithm>
#include <string>

#include "cache/entry.h"
#include "wire/concat.h"
#include "wire/master_file.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::config {
namespace {

using wire::RRType;

struct BuiltinServer {
  std::string_view name;
  std::string_view ipv4;
  std::string_view ipv6;
};

constexpr BuiltinServer kBuiltinServers[] = {
    {"a.root-servers.net.", "198.41.0.4", "2001:503:ba3e::2:30"},
    {"b.root-servers.net.", "170.247.170.2", "2801:1b8:10::b"},
    {"c.root-servers.net.", "192.33.4.12", "2001:500:2::c"},
    {"d.root-servers.net.", "199.7.91.13", "2001:500:2d::d"},
    {"e.root-servers.net.", "192.203.230.10", "2001:500:a8::e"},
    {"f.root-servers.net.", "192.5.5.241", "2001:500:2f::f"},
    {"g.root-servers.net.", "192.112.36.4", "2001:500:12::d0d"},
    {"h.root-servers.net.", "198.97.190.53", "2001:500:1::53"},
    {"i.root-servers.net.", "192.36.148.17", "2001:7fe::53"},
    {"j.root-servers.net.", "192.58.128.30", "2001:503:c27::2:30"},
    {"k.root-servers.net.", "193.0.14.129", "2001:7fd::1"},
    {"l.root-servers.net.", "199.7.83.42", "2001:500:9f::42"},
    {"m.root-servers.net.", "202.12.27.33", "2001:dc3::35"},
};

absl::Status ErrorAtRecord(std::string_view file_name, const wire::MasterRecord& record,
                           std::string_view message) {
  return absl::InvalidArgumentError(Concat(file_name, ":", record.line, ": ", message));
}

absl::Status AddServer(const wire::MasterRecord& record, std::string_view file_name,
                       std::vector<RootHint>* hints) {
  const auto server = wire::NameView::FromWire(record.rdata);
  if (!server) return ErrorAtRecord(file_name, record, "expected a name server");
  const bool known = std::any_of(hints->begin(), hints->end(), [&](const RootHint& hint) {
    return hint.server.view().Equals(*server);
  });
  if (known) return absl::OkStatus();
  if (hints->size() >= cache::kNameServersMax) {
    return ErrorAtRecord(file_name, record,
                         Concat("expected at most ", cache::kNameServersMax, " root servers"));
  }
  hints->push_back({wire::Name(*server), {}});
  return absl::OkStatus();
}

absl::Status AddAddress(const wire::MasterRecord& record, std::string_view file_name,
                        std::vector<RootHint>* hints) {
  const auto hint = std::find_if(hints->begin(), hints->end(), [&](const RootHint& candidate) {
    return candidate.server == record.owner;
  });
  if (hint == hints->end()) {
    return ErrorAtRecord(
        file_name, record,
        Concat("expected the address of a root server, but no NS record of the root names ",
               wire::ToText(record.owner)));
  }
  const auto same_family =
      std::count_if(hint->addresses.begin(), hint->addresses.end(),
                    [&](const IpAddress& other) { return other.size == record.rdata.size(); });
  if (static_cast<size_t>(same_family) >= cache::kAddressesPerServerMax) {
    return ErrorAtRecord(file_name, record,
                         Concat("expected at most ", cache::kAddressesPerServerMax,
                                " addresses of a family for a root server"));
  }
  hint->addresses.push_back(IpAddress::FromOctets(record.rdata));
  return absl::OkStatus();
}

}  // namespace

std::vector<RootHint> BuiltinRootHints() {
  std::vector<RootHint> hints;
  for (const BuiltinServer& server : kBuiltinServers) {
    hints.push_back({*wire::ParseName(server.name),
                     {*IpAddress::Parse(server.ipv4), *IpAddress::Parse(server.ipv6)}});
  }
  return hints;
}

absl::StatusOr<std::vector<RootHint>> ParseRootHints(std::string_view text,
                                                     std::string_view file_name) {
  const auto records = wire::ParseMasterFile(text, file_name);
  if (!records.ok()) return records.status();
  std::vector<RootHint> hints;
  // An address may come before the NS record to which it belongs.
  for (const wire::MasterRecord& record : *records) {
    if (record.rrclass != wire::RRClass::kIN) {
      return ErrorAtRecord(file_name, record, "expected records of class IN");
    }
    const bool root_ns = record.type == RRType::kNS && record.owner.view().IsRoot();
    if (!root_ns && record.type != RRType::kA && record.type != RRType::kAAAA) {
      return ErrorAtRecord(
          file_name, record,
          Concat("expected NS records of the root and A or AAAA records of its servers, found ",
                 wire::ToText(record.owner), " ", wire::ToText(record.type)));
    }
    if (!root_ns) continue;
    if (const absl::Status status = AddServer(record, file_name, &hints); !status.ok()) {
      return status;
    }
  }
  for (const wire::MasterRecord& record : *records) {
    if (record.type == RRType::kNS) continue;
    if (const absl::Status status = AddAddress(record, file_name, &hints); !status.ok()) {
      return status;
    }
  }
  std::erase_if(hints, [](const RootHint& hint) { return hint.addresses.empty(); });
  if (hints.empty()) {
    const int line = records->empty() ? 1 : records->back().line;
    return absl::InvalidArgumentError(
        Concat(file_name, ":", line,
               ": expected at least one NS record of the root with an address of its server"));
  }
  return hints;
}

}  // namespace tern::resolver::config
