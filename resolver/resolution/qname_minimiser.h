// Says which part of a name a zone's servers see: QNAME minimisation (RFC 9156).
//
// Each question has one label more than the zone. There are at most kMinimisedMax questions. The
// last ones add several labels at once, so a long name does not cost one question per label. No
// part begins with a label such as _tcp: these are no administrative boundaries.
//
// Thread: one worker's. A value in the resolution's frame.
#pragma once

#include <cstddef>

#include "cache/store.h"
#include "cache/ttl.h"
#include "resolver/base/resolution_settings.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::resolution {

// RFC 9156 section 2.3: MAX_MINIMISE_COUNT and MINIMISE_ONE_LAB.
inline constexpr int kMinimisedMax = 10;
inline constexpr int kMinimisedOneLabel = 4;

struct NextQuestion {
  wire::Name name;
  wire::RRType type = wire::RRType::kNone;
  bool whole = true;  // false: only a part of the name
};

class QnameMinimiser {
 public:
  // `parts_labels`: longer parts of the name are not asked for.
  QnameMinimiser(QnameMinimisation mode, const wire::Name& name, wire::RRType type,
                 size_t parts_labels = wire::kLabelsMax)
      : mode_(mode),
        name_(&name),
        type_(type),
        labels_(name.view().LabelCount()),
        parts_labels_(parts_labels) {}

  // The question for the servers of `zone`. Skips parts that exist according to the store.
  NextQuestion Next(wire::NameView zone, const cache::Store& store, cache::Instant now);

  // Call it when the servers have answered the part. The next question goes further.
  void PartExists(wire::NameView part);
  // Asks for the whole name from now on. It is for two cases: the part's answer was an error, or it
  // was an NXDOMAIN that the relaxed mode does not believe (RFC 9156 section 2.3 step 6c), because
  // some servers deny empty non-terminals.
  void GiveUp() { mode_ = QnameMinimisation::kOff; }
  bool strict() const { return mode_ == QnameMinimisation::kStrict; }

 private:
  QnameMinimisation mode_;
  const wire::Name* name_;
  wire::RRType type_;
  size_t labels_;
  size_t parts_labels_;
  size_t known_ = 0;  // labels of the longest part that exists
  int asked_ = 0;
};

}  // namespace tern::resolver::resolution
