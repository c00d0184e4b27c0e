// What all resolutions of one worker share: the store, the learner that fills it, what is known of
// servers, the environment, and the settings in force.
//
// These are plain references and values. Nothing here knows a job: see job_table.h.
//
// Thread: one worker's. Outlives every job.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

#include "cache/store.h"
#include "resolver/answer/knowledge.h"
#include "resolver/base/environment.h"
#include "resolver/base/expiring_marks.h"
#include "resolver/base/frame_pool.h"
#include "resolver/base/list_observer.h"
#include "resolver/dnssec/aggressive.h"
#include "resolver/dnssec/bogus_observer.h"
#include "resolver/dnssec/state.h"
#include "resolver/policy/core_settings.h"
#include "resolver/resolution/error_reports.h"
#include "resolver/resolution/learn.h"
#include "resolver/upstream/race_context.h"

namespace tern::resolver::resolution {

inline constexpr size_t kZonesWithoutPartsMax = 1024;
inline constexpr size_t kZonesTriedAgainMax = 1024;
inline constexpr size_t kZonesWithBogusMax = 1024;
inline constexpr size_t kZonesAskedAnewMax = 1024;
inline constexpr size_t kUnansweredTypesMax = 1024;
// How often a zone's parent is asked again because the zone's servers do not serve it.
inline constexpr std::chrono::seconds kAskedAnewPause(30);

struct Facilities : upstream::RaceFacilities {
  Facilities(cache::Store* store_, upstream::ServerTable* server_table_, Environment* environment_,
             std::shared_ptr<const policy::CoreSettings> settings_,
             std::shared_ptr<const policy::LocalData> local_data_)
      : RaceFacilities(store_, server_table_, environment_, std::move(local_data_)),
        settings(std::move(settings_)),
        learner(store_, settings->cache, settings->resolution.limits, settings->block_lists,
                settings->dnssec.IsOn()) {
    zone_counts.SetZones(settings->static_zones);
    if (settings->dnssec.IsOn())
      validation = std::make_unique<dnssec::State>(environment_, settings->dnssec);
  }

  // For jobs that start from now on.
  void SetSettings(std::shared_ptr<const policy::CoreSettings> now_settings,
                   std::shared_ptr<const policy::LocalData> now_local_data) {
    const bool trusts_as_before = now_settings->dnssec == settings->dnssec;
    settings = std::move(now_settings);
    local_data = std::move(now_local_data);
    zone_counts.SetZones(settings->static_zones);
    learner.SetPolicy(settings->cache, settings->resolution.limits, settings->block_lists,
                      settings->dnssec.IsOn());
    if (validation != nullptr && !trusts_as_before) validation->Begin(settings->dnssec);
    if (ranges != nullptr && !trusts_as_before) ranges->Clear();
    if (validation == nullptr && settings->dnssec.IsOn()) {
      validation = std::make_unique<dnssec::State>(&environment, settings->dnssec);
    }
  }

  // Forgets what this worker remembers of zones beside the store.
  void Forget() {
    if (validation != nullptr) validation->Forget();
    zones_without_parts.Clear();
    zones_asked_anew.Clear();
    zones_with_bogus.Clear();
    zones_tried_again.Clear();
  }

  // What a question can be answered from without asking a server. `of`: the settings of the
  // question.
  answer::Knowledge Known(const policy::CoreSettings& of) {
    return {store, of, *local_data, StoreNow(), learner.scratch()};
  }

  // Whether the zone's parent may be asked for it again now. If so, it was asked a moment ago from
  // now on.
  bool ClaimAskingAnew(const wire::Name& zone) {
    const uint64_t hash = store.Hash(zone);
    if (zones_asked_anew.Has(hash, environment.Now())) return false;
    zones_asked_anew.Put(hash, environment.Now() + kAskedAnewPause);
    return true;
  }

  std::shared_ptr<const policy::CoreSettings> settings;  // for jobs that start from now on
  Learner learner;
  dnssec::AggressiveIndex* ranges = nullptr;  // of the process; null: none are learnt
  std::unique_ptr<dnssec::State> validation;  // null until the settings validate
  FramePool frames;
  ErrorReports reports;
  // Zones whose servers answer whole names, but not parts of them. Below these, names are not
  // minimised for some minutes. Keys are the store's hashes.
  ExpiringMarks zones_without_parts{kZonesWithoutPartsMax};
  // Zones whose parents were asked for them again a moment ago. Keys are the store's hashes.
  ExpiringMarks zones_asked_anew{kZonesAskedAnewMax};
  // Zones one of whose servers said what is bogus. Keys are the store's hashes.
  ExpiringMarks zones_with_bogus{kZonesWithBogusMax};
  // Silent zones for which a failed question was asked again a moment ago. Keys are the store's
  // hashes.
  ExpiringMarks zones_tried_again{kZonesTriedAgainMax};
  // Zones and types that are not answered there: rare_type.h. Keys are hashes of zone and type. Of
  // the process; null: none are remembered.
  ExpiringMarks* unanswered_types = nullptr;
  ListObserver* list_observer = nullptr;
  dnssec::BogusObserver* bogus_observer = nullptr;
};

}  // namespace tern::resolver::resolution
