#include "resolver/resolution/report_failure.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "resolver/dnssec/reason.h"
#include "resolver/resolution/error_reports.h"
#include "resolver/resolution/job_table.h"

namespace tern::resolver::resolution {
namespace {

// A report is worth no more than finding the agent's servers.
constexpr Allowance kReportAllowance = {.upstream_queries = 8,
                                        .upstream_octets = 16 << 10,
                                        .referrals = 8,
                                        .failed_address_lookups = 1,
                                        .kept_for_the_question = 0};

bool IsReport(wire::NameView name, wire::RRType type) {
  static constexpr uint8_t kLabel[] = {3, '_', 'e', 'r'};
  return type == wire::RRType::kTXT && name.size() > sizeof kLabel &&
         std::equal(std::begin(kLabel), std::end(kLabel), name.octets().begin());
}

// Whether the agent can do something about it: what is bogus, and servers that do not serve.
bool IsWorthAReport(wire::ExtendedError error) {
  return dnssec::IsBogus(error) || error == wire::ExtendedError::kNoReachableAuthority ||
         error == wire::ExtendedError::kInvalidData;
}

// Whether the failure says nothing about the zone.
bool IsOfThisMachine(const Job& job) {
  return job.IsShortOfAllowance() || job.in_cycle() || job.replay() != nullptr;
}

}  // namespace

void NoteAgentOfReply(Job& job) {
  if (!job.settings().dnssec.error_reporting || job.servers().forwarded()) return;
  Facilities& facilities = job.facilities();
  if (!facilities.records.header().Has(wire::kFlagAA)) return;
  facilities.reports.NoteAgent(facilities.store.Hash(job.servers().zone()),
                               facilities.records.report_channel(), facilities.environment.Now());
}

void ReportFailure(Job& job, const wire::Name& name, wire::ExtendedError error) {
  if (!job.servers().forwarded()) ReportFailure(job, job.servers().zone(), name, job.type(), error);
}

void ReportFailure(Job& job, const wire::Name& zone, const wire::Name& name, wire::RRType type,
                   wire::ExtendedError error) {
  if (!job.settings().dnssec.error_reporting || !IsWorthAReport(error) ||
      IsReport(job.name(), job.type()) || IsOfThisMachine(job) ||
      !name.view().IsSubdomainOf(zone)) {
    return;
  }
  Facilities& facilities = job.facilities();
  const wire::Name* const agent = facilities.reports.Claim(
      facilities.store.Hash(zone), [&](wire::NameView of) { return facilities.store.Hash(of); },
      facilities.environment.Now());
  if (agent == nullptr) return;
  const std::optional<wire::Name> report = ReportName(name, type, error, *agent);
  if (!report || job.table().IsUnderWay(*report, wire::RRType::kTXT)) return;
  if (job.table().StartDetached(*report, wire::RRType::kTXT, 0, kReportAllowance)) {
    ++facilities.counters.error_reports;
  }
}

}  // namespace tern::resolver::resolution
