#include "resolver/tool/mail_json.h"

#include <nlohmann/json.hpp>

#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

using MailObject = nlohmann::ordered_json;

std::string OneLine(const MailObject& object) {
  return object.dump(-1, ' ', /*ensure_ascii=*/true, MailObject::error_handler_t::replace) + "\n";
}

MailObject AddressesJson(const MailAddresses& addresses) {
  MailObject object;
  object["outcome"] = KindText(addresses.kind);
  if (IsTemporary(addresses.kind)) object["reason"] = addresses.outcome;
  object["addresses"] = MailObject::array();
  for (const MailAddress& address : addresses.found) {
    object["addresses"].push_back(
        {{"address", address.address}, {"ttl", address.ttl}, {"public", address.is_public}});
  }
  return object;
}

MailObject DaneJson(const Dane& dane) {
  MailObject object;
  object["state"] = StateText(dane.state);
  if (!dane.reason.empty()) object["reason"] = dane.reason;
  if (!dane.name.empty()) object["name"] = dane.name;
  object["records"] = MailObject::array();
  for (const TlsaRecord& record : dane.records) {
    object["records"].push_back({{"usage", record.usage},
                                 {"selector", record.selector},
                                 {"matching", record.matching},
                                 {"association", record.association},
                                 {"usable", record.usable},
                                 {"text", RecordText(record)}});
  }
  return object;
}

MailObject ExchangersJson(const MailPlan& plan) {
  MailObject array = MailObject::array();
  for (const Exchanger& exchanger : plan.exchangers) {
    MailObject object;
    object["name"] = exchanger.name;
    if (!plan.implicit) {
      object["preference"] = exchanger.preference;
      object["ttl"] = exchanger.ttl;
      object["shuffled"] = exchanger.shuffled;
    }
    if (!exchanger.alias_of.empty()) object["alias_of"] = exchanger.alias_of;
    object["A"] = AddressesJson(exchanger.ipv4);
    object["AAAA"] = AddressesJson(exchanger.ipv6);
    object["dane"] = DaneJson(exchanger.dane);
    array.push_back(std::move(object));
  }
  return array;
}

MailObject PolicyJson(const TxtPolicy& policy) {
  MailObject object;
  object["outcome"] = KindText(policy.kind);
  if (IsTemporary(policy.kind)) object["reason"] = policy.outcome;
  object["records"] = policy.records;
  return object;
}

MailObject DmarcJson(const DmarcPolicy& dmarc) {
  MailObject object = PolicyJson(dmarc.own);
  if (!dmarc.failure.empty()) object["failure"] = dmarc.failure;
  if (dmarc.domain.empty()) return object;
  object["domain"] = dmarc.domain;
  object["record"] = dmarc.record;
  object["policy"] = dmarc.policy;
  return object;
}

MailObject SpfJson(const SpfTree& spf) {
  MailObject object = PolicyJson(spf.policy);
  object["lookups"] = spf.lookups;
  object["lookups_max"] = kSpfLookupsMax;
  object["void_lookups"] = spf.voids;
  object["void_lookups_max"] = kSpfVoidsMax;
  object["complete"] = spf.complete;
  object["macros"] = spf.macros;
  return object;
}

MailObject NameServersJson(const MailPlan& plan) {
  MailObject array = MailObject::array();
  for (const NameServerUse& use : plan.name_servers) {
    MailObject object;
    object["server"] = use.server;
    object["zones"] = use.zones;
    object["replies"] = use.replies;
    object["timeouts"] = use.timeouts;
    if (use.replies > 0) {
      object["fastest_us"] = use.fastest_us;
      object["slowest_us"] = use.slowest_us;
    }
    array.push_back(std::move(object));
  }
  return array;
}

}  // namespace

std::string MailJson(const MailPlan& plan, const Endpoint& server) {
  MailObject object;
  object["domain"] = plan.domain;
  object["verdict"] = VerdictText(plan.verdict);
  object["exit"] = static_cast<int>(plan.verdict);
  object["reason"] = plan.reason;
  object["implicit_mx"] = plan.implicit;
  object["exchangers"] = ExchangersJson(plan);
  object["spf"] = SpfJson(plan.spf);
  object["dmarc"] = DmarcJson(plan.dmarc);
  object["mta_sts"] = PolicyJson(plan.mta_sts);
  object["warnings"] = MailObject::array();
  for (const MailWarning& warning : plan.warnings) {
    object["warnings"].push_back({{"code", warning.code}, {"text", warning.text}});
  }
  object["traced"] = plan.traced;
  object["name_servers"] = NameServersJson(plan);
  object["counters"] = MailObject::object();
  for (const MailCounter& counter : plan.counters) object["counters"][counter.name] = counter.value;
  object["server"] = server.ToText();
  object["questions"] = plan.questions;
  object["slowest_us"] = plan.slowest.count();
  return OneLine(object);
}

std::string BlockListsJson(std::span<const BlockListState> lists) {
  MailObject object;
  object["exit"] = ExitOf(lists);
  object["lists"] = MailObject::array();
  for (const BlockListState& list : lists) {
    MailObject entry;
    entry["zone"] = list.zone;
    entry["verdict"] = VerdictText(list.verdict);
    entry["lists"] = list.listed;
    entry["found"] = list.words;
    if (!list.advice.empty()) entry["advice"] = list.advice;
    entry["slowest_us"] = list.slowest.count();
    object["lists"].push_back(std::move(entry));
  }
  return OneLine(object);
}

std::string FindingsJson(std::span<const Finding> findings) {
  MailObject object;
  object["exit"] = ExitOf(findings);
  object["findings"] = MailObject::array();
  for (const Finding& finding : findings) {
    MailObject entry;
    entry["part"] = finding.part;
    entry["grade"] = GradeText(finding.grade);
    entry["found"] = finding.text;
    if (!finding.change.empty()) entry["change"] = finding.change;
    object["findings"].push_back(std::move(entry));
  }
  return OneLine(object);
}

}  // namespace tern::resolver::tool
