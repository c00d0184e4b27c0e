#include "resolver/resolution/error_reports.h"

#include <new>
#include <string>
#include <string_view>

namespace tern::resolver::resolution {
namespace {

constexpr std::string_view kMark = "_er";

}  // namespace

void ErrorReports::NoteAgent(uint64_t zone, const std::optional<std::span<const uint8_t>>& option,
                             Time now) {
  if (!option && places_.empty()) return;
  if (places_.empty()) {
    try {
      places_.resize(kZonesMax);
    } catch (const std::bad_alloc&) {
      return;
    }
  }
  Place& place = places_[zone % kZonesMax];
  const std::optional<wire::NameView> agent =
      option ? wire::NameView::FromWire(*option) : std::nullopt;
  // RFC 9567 section 6.1: whole, and not the root.
  if (!agent || agent->size() != option->size() || agent->IsRoot()) {
    if (place.zone == zone) place.until = Time();
    return;
  }
  place.zone = zone;
  place.until = now + kAgentFor;
  place.agent = *agent;
  place.agent.Lower();
}

const wire::Name* ErrorReports::Find(uint64_t zone, Time now) const {
  if (places_.empty()) return nullptr;
  const Place& place = places_[zone % kZonesMax];
  return place.zone == zone && place.until > now ? &place.agent : nullptr;
}

std::optional<wire::Name> ReportName(wire::NameView name, wire::RRType type,
                                     wire::ExtendedError error, wire::NameView agent) {
  wire::Name report(agent);
  bool fits = report.Prepend(kMark) && report.Prepend(std::to_string(static_cast<unsigned>(error)));
  for (size_t labels = 1; labels <= name.LabelCount(); ++labels) {
    const wire::NameView rest = name.Suffix(labels);
    const std::span<const uint8_t> octets = rest.octets();
    fits = fits && report.Prepend({reinterpret_cast<const char*>(octets.data()) + 1, octets[0]});
  }
  fits =
      fits && report.Prepend(std::to_string(static_cast<unsigned>(type))) && report.Prepend(kMark);
  return fits ? std::optional(report) : std::nullopt;
}

}  // namespace tern::resolver::resolution
