// How a mail server would deliver to a domain (RFC 5321 section 5.1): the exchangers in their
// order with their addresses, what ends or defers a delivery, and the domain's policies.
//
// Texts from the network are harmless here: names and RDATA are in presentation format.
//
// Thread: the tool's main one. Bounded by kQuestionsMax questions and kExchangersMax exchangers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/tool/dmarc.h"
#include "resolver/tool/mail_counters.h"
#include "resolver/tool/mail_dane.h"
#include "resolver/tool/name_server_use.h"
#include "resolver/tool/questions.h"
#include "resolver/tool/spf_tree.h"
#include "resolver/tool/txt_policy.h"
#include "wire/name.h"

namespace tern::resolver::tool {

inline constexpr size_t kExchangersMax = 50;

// Each value is the exit code of `tern mail`.
enum class MailVerdict : int {
  kDeliverable = 0,
  kNever = 1,     // a mail server returns the message to its sender
  kDeferred = 3,  // a mail server keeps the message and tries again
};
std::string_view VerdictText(MailVerdict verdict);

struct MailAddress {
  std::string address;
  uint32_t ttl = 0;  // seconds
  bool is_public = true;
};

// What came of one question for A or AAAA.
struct MailAddresses {
  AnswerKind kind = AnswerKind::kNoData;
  std::string outcome;  // OutcomeText
  std::vector<MailAddress> found;
};

struct Exchanger {
  uint16_t preference = 0;
  std::string name;
  uint32_t ttl = 0;       // of the MX record
  bool shuffled = false;  // another one has the same preference
  std::string alias_of;   // empty unless the name is a CNAME
  MailAddresses ipv4;
  MailAddresses ipv6;
  Dane dane;

  bool HasAddress() const { return !ipv4.found.empty() || !ipv6.found.empty(); }
  bool MayHaveAddress() const { return IsTemporary(ipv4.kind) || IsTemporary(ipv6.kind); }
};

struct MailWarning {
  std::string_view code;  // for programs, such as `null_mx`
  std::string text;
};

struct MailPlan {
  std::string domain;
  MailVerdict verdict = MailVerdict::kDeferred;
  std::string reason;
  bool implicit = false;              // no MX: the domain itself is the exchanger
  std::vector<Exchanger> exchangers;  // in the order of a mail server
  SpfTree spf;
  DmarcPolicy dmarc;
  TxtPolicy mta_sts;
  std::vector<MailWarning> warnings;
  bool traced = false;  // the resolver told which name servers it asked
  std::vector<NameServerUse> name_servers;
  std::vector<MailCounter> counters = {};  // of the resolver, if it tells them
  size_t questions = 0;
  std::chrono::microseconds slowest{0};  // of the answers
};

// False for addresses that nobody can reach over the internet: loopback, private, shared,
// link-local, multicast and unspecified ones.
bool IsPublicAddress(const IpAddress& address);

MailPlan PlanMail(const wire::Name& domain, const AskMany& ask);

}  // namespace tern::resolver::tool
