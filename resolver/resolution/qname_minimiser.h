// Which part of a name a zone's servers are told: QNAME minimisation (RFC 9156).
//
// One label more than the zone at a time, at most kMinimisedMax questions in all; the last ones
// take several labels at once, so that long names do not cost a question a label.
//
// Thread: one worker's; a value in the resolution's frame.
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
  bool whole = true;  // the question itself, not a part of its name
};

class QnameMinimiser {
 public:
  QnameMinimiser(QnameMinimisation mode, const wire::Name& name, wire::RRType type)
      : mode_(mode), name_(&name), type_(type), labels_(name.view().LabelCount()) {}

  // The question for the servers of `zone`. Parts that the store already knows to exist are passed
  // over.
  NextQuestion Next(wire::NameView zone, const cache::Store& store, cache::Seconds now);

  // The servers have answered the part; go one further.
  void PartExists(wire::NameView part);
  // Ask for the whole name from now on: the part's answer was an error, or an NXDOMAIN that the
  // relaxed mode does not believe (RFC 9156 section 2.3 step 6c; servers that deny empty
  // non-terminals).
  void GiveUp() { mode_ = QnameMinimisation::kOff; }
  bool strict() const { return mode_ == QnameMinimisation::kStrict; }

 private:
  QnameMinimisation mode_;
  const wire::Name* name_;
  wire::RRType type_;
  size_t labels_;
  size_t known_ = 0;  // labels of the longest part that exists
  int asked_ = 0;
};

}  // namespace tern::resolver::resolution
