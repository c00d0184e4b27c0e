#include "resolver/tool/mail_plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "resolver/base/endpoint.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {
namespace {

using wire::RRType;

bool IsInAny(const IpAddress& address, std::span<const std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view text) {
    const auto prefix = Prefix::Parse(text);
    return prefix && prefix->Contains(address);
  });
}

std::optional<wire::Name> Below(std::string_view label, const wire::Name& name) {
  wire::Name below = name;
  return below.Prepend(label) ? std::optional(below) : std::nullopt;
}

MailAddresses ReadAddresses(const Answer& answer, RRType type) {
  MailAddresses addresses = {answer.kind, OutcomeText(answer), {}};
  for (const ReplyLine* line : RecordsOf(answer, type)) {
    const auto address = IpAddress::Parse(line->rdata);
    addresses.found.push_back({line->rdata, line->ttl, address && IsPublicAddress(*address)});
  }
  return addresses;
}

// `10 mx.example.` in its two parts.
Exchanger ReadExchanger(const ReplyLine& line) {
  const std::string_view rdata = line.rdata;
  const size_t blank = std::min(rdata.find(' '), rdata.size());
  Exchanger exchanger;
  exchanger.preference = wire::ParseDecimal<uint16_t>(rdata.substr(0, blank)).value_or(0);
  exchanger.name = rdata.substr(std::min(blank + 1, rdata.size()));
  exchanger.ttl = line.ttl;
  return exchanger;
}

// `192.0.2.1.`: somebody wrote an address where a name belongs.
bool IsAddressLiteral(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return IpAddress::Parse(name).has_value();
}

class MailPlanner {
 public:
  MailPlanner(const wire::Name& domain, const AskMany& ask) : domain_(domain), book_(ask) {
    plan_.domain = wire::ToText(domain);
  }

  MailPlan Plan() {
    const auto dmarc = DmarcName(domain_);
    const auto mta_sts = Below("_mta-sts", domain_);
    std::vector<Question> first = {{domain_, RRType::kMX}, {domain_, RRType::kTXT}};
    if (dmarc) first.push_back({*dmarc, RRType::kTXT});
    if (mta_sts) first.push_back({*mta_sts, RRType::kTXT});
    book_.Ask(first);
    PlanDelivery(book_.Get(domain_, RRType::kMX));
    plan_.spf = WalkSpf(domain_, &book_);
    const bool exists = book_.Get(domain_, RRType::kMX).kind != AnswerKind::kNoSuchName;
    plan_.dmarc = FindDmarc(domain_, exists, &book_);
    if (mta_sts) plan_.mta_sts = ReadTxtPolicy(book_.Get(*mta_sts, RRType::kTXT), "v=STSv1");
    WarnOfPolicies();
    AddUses();
    return std::move(plan_);
  }

 private:
  void PlanDelivery(const Answer& mx) {
    if (IsTemporary(mx.kind)) {
      const bool loops = mx.reason.find("alias loop") != std::string::npos;
      End(MailVerdict::kDeferred, mx.kind == AnswerKind::kNoReply
                                      ? "no answer to the MX question came in time"
                                      : "the MX question failed");
      Warn(loops                             ? "alias_loop"
           : mx.kind == AnswerKind::kNoReply ? "mx_no_reply"
                                             : "mx_failure",
           Concat(plan_.domain, " MX: ", OutcomeText(mx),
                  ". Mail waits in the queue of its sender."));
      return;
    }
    const std::string alias = AliasTarget(mx);
    if (!alias.empty()) Warn("domain_is_alias", Concat(plan_.domain, " is an alias of ", alias));
    if (mx.kind == AnswerKind::kNoSuchName) {
      End(MailVerdict::kNever, "the domain does not exist (NXDOMAIN)");
      Warn("no_such_domain", Concat(alias.empty() ? plan_.domain : alias,
                                    " does not exist (NXDOMAIN). Mail is returned at once."));
      return;
    }
    if (mx.kind == AnswerKind::kNoData) {
      PlanImplicit();
    } else if (!ReadExchangers(RecordsOf(mx, RRType::kMX))) {
      return;
    }
    AskAddresses();
    Judge();
  }

  // RFC 5321 section 5.1: a domain without MX records is its own exchanger.
  void PlanImplicit() {
    plan_.implicit = true;
    Exchanger self;
    self.name = plan_.domain;
    plan_.exchangers.push_back(std::move(self));
  }

  // False for a null MX (RFC 7505).
  bool ReadExchangers(const std::vector<const ReplyLine*>& lines) {
    for (const ReplyLine* line : lines) {
      Exchanger exchanger = ReadExchanger(*line);
      if (exchanger.name != ".") {
        plan_.exchangers.push_back(std::move(exchanger));
      } else if (lines.size() == 1) {
        End(MailVerdict::kNever, "the domain takes no mail (null MX)");
        Warn("null_mx",
             "The domain says that it takes no mail (null MX, RFC 7505). Mail is "
             "returned at once.");
        return false;
      } else {
        Warn("null_mx_beside_others",
             "There is a null MX beside other MX records. Some mail "
             "servers then return the mail. Remove one or the others.");
      }
    }
    if (plan_.exchangers.size() > kExchangersMax) {
      Warn("too_many_exchangers", Concat("There are ", plan_.exchangers.size(),
                                         " exchangers; the first ", kExchangersMax, " are shown."));
      plan_.exchangers.resize(kExchangersMax);
    }
    std::map<uint16_t, size_t> counts;
    for (const Exchanger& exchanger : plan_.exchangers) ++counts[exchanger.preference];
    for (Exchanger& exchanger : plan_.exchangers) {
      exchanger.shuffled = counts[exchanger.preference] > 1;
    }
    for (const auto& [preference, count] : counts) {
      if (count > 1) {
        Warn("preference_tie", Concat(count, " exchangers have the preference ", preference,
                                      ". Each sender tries them in an order of its own."));
      }
    }
    return true;
  }

  void AskAddresses() {
    std::vector<Question> questions;
    std::vector<wire::Name> names;
    for (const Exchanger& exchanger : plan_.exchangers) {
      const auto name = wire::ParseName(exchanger.name);
      names.push_back(name.ok() ? *name : domain_);  // the name came from a name
      questions.push_back({names.back(), RRType::kA});
      questions.push_back({names.back(), RRType::kAAAA});
    }
    book_.Ask(questions);
    for (size_t i = 0; i < names.size(); ++i) {
      Exchanger& exchanger = plan_.exchangers[i];
      const Answer& ipv4 = book_.Get(names[i], RRType::kA);
      const Answer& ipv6 = book_.Get(names[i], RRType::kAAAA);
      exchanger.ipv4 = ReadAddresses(ipv4, RRType::kA);
      exchanger.ipv6 = ReadAddresses(ipv6, RRType::kAAAA);
      exchanger.alias_of = AliasTarget(ipv4);
      if (exchanger.alias_of.empty()) exchanger.alias_of = AliasTarget(ipv6);
      WarnOfExchanger(exchanger);
    }
    FindDaneOf(names);
  }

  // REQUIRES: the addresses of these hosts, which are the exchangers, were asked.
  void FindDaneOf(const std::vector<wire::Name>& names) {
    const bool secure = IsSecure(book_.Get(domain_, RRType::kMX));
    std::vector<Question> questions;
    for (const wire::Name& name : names) {
      if (!secure) break;
      for (const wire::Name& at : TlsaNames(name, &book_)) questions.push_back({at, RRType::kTLSA});
    }
    book_.Ask(questions);
    for (size_t i = 0; i < names.size(); ++i) {
      Exchanger& exchanger = plan_.exchangers[i];
      exchanger.dane = FindDane(names[i], secure, &book_);
      WarnOfDane(exchanger);
    }
  }

  void WarnOfDane(const Exchanger& exchanger) {
    const Dane& dane = exchanger.dane;
    if (dane.state == DaneState::kBogus) {
      Warn("dane_bogus", Concat(exchanger.name, " DANE: ", dane.reason,
                                ". Senders that use DNSSEC keep the mail."));
    } else if (dane.state == DaneState::kFailed) {
      Warn("dane_failed", Concat(exchanger.name, " TLSA: ", dane.reason,
                                 ". Senders with DANE keep the mail (RFC 7672 section 2.1.2)."));
    } else if (dane.state == DaneState::kUnusable) {
      Warn("dane_unusable",
           Concat(dane.name,
                  " has no usable TLSA record. A mail server needs usage 2 or 3 (RFC "
                  "7672 section 3.1)."));
    }
  }

  void WarnOfExchanger(const Exchanger& exchanger) {
    const std::string& name = exchanger.name;
    if (IsAddressLiteral(name)) {
      Warn("exchanger_is_address",
           Concat(name, " is an address. An MX record needs the name of a host."));
    } else if (exchanger.ipv4.kind == AnswerKind::kNoSuchName && !plan_.implicit) {
      Warn("dangling_exchanger", Concat(name, " does not exist (NXDOMAIN)"));
    }
    if (!exchanger.alias_of.empty() && !plan_.implicit) {
      Warn("exchanger_is_alias",
           Concat(name, " is an alias of ", exchanger.alias_of,
                  " (RFC 2181 section 10.3 forbids that, and some senders refuse it)"));
    }
    for (const MailAddresses* family : {&exchanger.ipv4, &exchanger.ipv6}) {
      if (IsTemporary(family->kind)) {
        Warn("address_no_answer",
             Concat(name, family == &exchanger.ipv4 ? " A: " : " AAAA: ", family->outcome));
      }
      for (const MailAddress& address : family->found) {
        if (!address.is_public) {
          Warn("private_address", Concat(name, " has the address ", address.address,
                                         ", which the internet does not reach"));
        }
      }
    }
    if (exchanger.ipv4.kind == AnswerKind::kNoData && !exchanger.HasAddress() &&
        !exchanger.MayHaveAddress() && !plan_.implicit) {
      Warn("exchanger_without_address", Concat(name, " has neither an A nor an AAAA record"));
    }
  }

  void Judge() {
    const auto count = static_cast<size_t>(
        std::count_if(plan_.exchangers.begin(), plan_.exchangers.end(),
                      [](const Exchanger& exchanger) { return exchanger.HasAddress(); }));
    const bool may_have =
        std::any_of(plan_.exchangers.begin(), plan_.exchangers.end(),
                    [](const Exchanger& exchanger) { return exchanger.MayHaveAddress(); });
    if (count > 0 && plan_.implicit) {
      End(MailVerdict::kDeliverable, "no MX record: the domain's own address takes its mail");
      Warn("implicit_mx",
           "There is no MX record, so mail goes to the domain's own address (RFC "
           "5321 section 5.1). If it takes no mail, say so with a null MX.");
    } else if (count > 0) {
      End(MailVerdict::kDeliverable,
          count == plan_.exchangers.size()
              ? Concat(count, count == 1 ? " exchanger" : " exchangers")
              : Concat(count, " of ", plan_.exchangers.size(), " exchangers have an address"));
    } else if (may_have) {
      End(MailVerdict::kDeferred, "no address of an exchanger was found in time");
    } else if (plan_.implicit) {
      plan_.exchangers.clear();
      End(MailVerdict::kNever, "the domain has neither an MX record nor an address");
      Warn("nothing_to_deliver_to",
           "There is neither an MX record nor an address (NODATA). Mail "
           "is returned at once.");
    } else {
      End(MailVerdict::kNever, "no exchanger has an address");
      Warn("nothing_to_deliver_to", "No exchanger has an address. Mail is returned at once.");
    }
  }

  void WarnOfPolicies() {
    WarnOfSpf(plan_.spf);
    for (const std::string& domain : plan_.dmarc.ambiguous) {
      Warn("several_dmarc", Concat(domain,
                                   " has several DMARC records, so none of them counts (RFC 7489 "
                                   "section 6.6.3). Keep one."));
    }
    if (plan_.mta_sts.records.size() > 1) {
      Warn("several_mta_sts",
           "There are several MTA-STS records, so none counts (RFC 8461 section "
           "3.1). Keep one.");
    }
  }

  void WarnOfSpf(const SpfTree& spf) {
    if (spf.policy.records.size() > 1) {
      Warn("several_spf", Concat("There are ", spf.policy.records.size(),
                                 " SPF records. Receivers then reject them all (permerror). Keep "
                                 "one."));
    }
    if (spf.lookups > kSpfLookupsMax) {
      Warn("spf_lookups",
           Concat("SPF needs ", spf.complete ? "" : "more than ", spf.lookups, " look-ups, ",
                  kSpfLookupsMax, " are allowed. Receivers reject the record (permerror)."));
    }
    if (spf.voids > kSpfVoidsMax) {
      Warn("spf_voids", Concat("SPF has ", spf.voids, " look-ups without a record, ", kSpfVoidsMax,
                               " are allowed. Receivers may reject the record (permerror)."));
    }
    for (const std::string& error : spf.errors) Warn("spf_error", Concat("SPF: ", error));
    for (const std::string& failure : spf.failures) {
      Warn("spf_no_answer", Concat("SPF: ", failure, ". Receivers defer mail then."));
    }
  }

  void AddUses() {
    for (const auto& [question, answer] : book_.answers()) {
      plan_.slowest = std::max(plan_.slowest, answer.elapsed);
      if (!answer.reply.trace) continue;
      plan_.traced = true;
      AddNameServers(*answer.reply.trace, &plan_.name_servers);
    }
    // The silent and the slow ones first.
    std::stable_sort(plan_.name_servers.begin(), plan_.name_servers.end(),
                     [](const NameServerUse& a, const NameServerUse& b) {
                       return std::pair(a.timeouts, a.slowest_us) >
                              std::pair(b.timeouts, b.slowest_us);
                     });
    plan_.questions = book_.answers().size();
  }

  void End(MailVerdict verdict, std::string reason) {
    plan_.verdict = verdict;
    plan_.reason = std::move(reason);
  }
  void Warn(std::string_view code, std::string text) {
    plan_.warnings.push_back({code, std::move(text)});
  }

  const wire::Name domain_;
  AnswerBook book_;
  MailPlan plan_;
};

}  // namespace

std::string_view VerdictText(MailVerdict verdict) {
  switch (verdict) {
    case MailVerdict::kDeliverable:
      return "deliverable";
    case MailVerdict::kNever:
      return "cannot be delivered";
    case MailVerdict::kDeferred:
      return "would be deferred";
  }
  return "";
}

bool IsPublicAddress(const IpAddress& address) {
  // RFC 6890: this network, private, shared, loopback, link-local; unique local.
  static constexpr std::string_view kPrivate[] = {
      "0.0.0.0/8",     "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
      "172.16.0.0/12", "192.168.0.0/16", "fc00::/7",      "fec0::/10"};
  return !address.IsUnspecified() && !address.IsLoopback() && !address.IsMulticast() &&
         !address.IsLinkLocal() && !IsInAny(address, kPrivate);
}

MailPlan PlanMail(const wire::Name& domain, const AskMany& ask) {
  return MailPlanner(domain, ask).Plan();
}

}  // namespace tern::resolver::tool
