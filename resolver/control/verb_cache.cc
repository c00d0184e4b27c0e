#include "resolver/control/verb_cache.h"

#include <memory>
#include <optional>
#include <utility>

#include "cache/store.h"
#include "resolver/base/error_text.h"
#include "resolver/base/time.h"
#include "resolver/control/cache_walk.h"
#include "resolver/control/entry_json.h"
#include "resolver/control/flush_wish.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::control {
namespace {

// A piece of a dump ends with the segment in which it has so many octets of entries. As JSON they
// are several times as many.
constexpr size_t kDumpPieceOctets = size_t{128} << 10;

absl::Status NoReader() {
  return absl::ResourceExhaustedError("too many look into the cache at a time");
}

}  // namespace

VerbResult AnswerCacheLook(const ControlSources& sources, const ControlRequest& request) {
  const auto name = wire::ParseName(request.Text("name"));
  if (request.Text("name").empty() || !name.ok()) {
    return absl::InvalidArgumentError(
        Concat("name: expected a domain name, found ", Quoted(request.Text("name"))));
  }
  std::optional<wire::RRType> type;
  if (request.Has("type")) {
    type = wire::ParseType(request.Text("type"));
    if (!type) {
      return absl::InvalidArgumentError(
          Concat("type: expected a record type, found ", Quoted(request.Text("type"))));
    }
  }
  const std::unique_ptr<cache::Store::Reader> reader = sources.store->Register();
  if (reader == nullptr) return NoReader();
  const cache::Instant now = StoreInstant(sources.watched.now());
  VerbJson entries = VerbJson::array();
  for (const cache::EntryView entry : sources.store->FindAll(*name)) {
    if (type && !Concerns(entry, *type)) continue;
    entries.push_back(EntryJson(entry, now));
  }
  return VerbJson{{"name", wire::ToText(*name)}, {"entries", std::move(entries)}};
}

VerbResult AnswerCacheDump(const ControlSources& sources, const ControlRequest& request) {
  CachePlace place;
  if (request.Has("from")) {
    const auto from = CachePlace::Parse(request.Text("from"));
    if (!from) {
      return absl::InvalidArgumentError(
          Concat("from: expected a place in the cache, found ", Quoted(request.Text("from"))));
    }
    place = *from;
  }
  const std::unique_ptr<cache::Store::Reader> reader = sources.store->Register();
  if (reader == nullptr) return NoReader();
  const cache::Instant now = StoreInstant(sources.watched.now());
  VerbJson entries = VerbJson::array();
  size_t octets = 0;
  bool has_more = true;
  while (octets < kDumpPieceOctets && has_more) {
    has_more = VisitNextSegment(*sources.store, &place, [&](cache::EntryView entry) {
      octets += entry.size();
      entries.push_back(EntryJson(entry, now));
    });
    reader->Quiescent();
  }
  VerbJson piece = {{"entries", std::move(entries)}};
  if (has_more) piece["next"] = place.ToText();
  return piece;
}

}  // namespace tern::resolver::control
