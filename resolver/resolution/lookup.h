// The look-up of a name server's addresses inside another resolution.
//
// Joins a job for the same question when there is one, except where it waits, over others perhaps,
// for the asking job itself: a cycle of delegations fails at once instead of waiting for itself.
//
// Thread: one worker's. Awaited once, as a named local of the coroutine.
#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <span>

#include "cache/entry.h"
#include "resolver/resolution/job.h"

namespace tern::resolver::resolution {

class Lookup final : public Waiter {
 public:
  // `type` is kA or kAAAA.
  Lookup(Job& parent, const wire::Name& name, wire::RRType type)
      : parent_(parent), name_(name), type_(type) {}
  // Goes before its answer came when its parent is dropped.
  ~Lookup();

  bool await_ready() { return false; }
  bool await_suspend(std::coroutine_handle<> waiting);
  // The addresses; none when the look-up failed.
  std::span<const IpAddress> await_resume() const { return {addresses_.data(), count_}; }

  // It failed, and somewhere below it zones waited for each other: a look-up for the other family
  // would go round the same way.
  bool met_cycle() const { return met_cycle_; }

  void OnAnswer(const answer::Answer& answer) override;

  // Starts the look-up for the store's sake, without anybody waiting, with a part of the parent's
  // allowance.
  static void InBackground(Job& parent, const wire::Name& name, wire::RRType type);
  // The same for a name server of the job's zone, when none was looked up yet and there is one to
  // look up: those that are looked up bring the next in the background anyway. Else false.
  static bool AnotherServerInBackground(Job& parent);

 private:
  void MeetCycle();

  Job& parent_;
  const wire::Name& name_;
  wire::RRType type_;
  std::coroutine_handle<> waiting_;
  std::array<IpAddress, cache::kAddressesPerServerMax> addresses_;
  size_t count_ = 0;
  bool met_cycle_ = false;
};

}  // namespace tern::resolver::resolution
