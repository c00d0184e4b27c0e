#include "resolver/daemon/log_limits.h"

#include <algorithm>
#include <string>

#include "wire/concat.h"
#include "wire/mix.h"

namespace tern::resolver::daemon {

bool LogLimit::Pay(Time now) {
  constexpr int64_t kEachNs = std::chrono::nanoseconds(kEach).count();
  const int64_t now_ns = std::chrono::nanoseconds(now.time_since_epoch()).count();
  int64_t paid_ns = paid_ns_.load(std::memory_order_relaxed);
  int64_t then_paid_ns = 0;
  do {
    then_paid_ns = std::max(paid_ns, now_ns) + kEachNs;
    if (then_paid_ns - now_ns > kLinesAtOnce * kEachNs) return false;
  } while (!paid_ns_.compare_exchange_weak(paid_ns, then_paid_ns, std::memory_order_relaxed));
  return true;
}

bool LogLimit::Admits(Time now, uint64_t* left_out) {
  if (!Pay(now)) {
    left_out_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  *left_out = left_out_.exchange(0, std::memory_order_relaxed);
  return true;
}

uint64_t LogLimit::TakeLeftOut(Time now, bool at_end) {
  return at_end || Pay(now) ? left_out_.exchange(0, std::memory_order_relaxed) : 0;
}

LogLimits::Site& LogLimits::SiteOf(LogSite site) {
  const uint64_t mixed =
      wire::Mix(reinterpret_cast<uintptr_t>(site.file), static_cast<uint64_t>(site.line));
  const uint64_t key = mixed | 1;
  // The last place is for all that find none.
  for (size_t i = 0; i + 1 < kSitesMax; ++i) {
    Site& place = sites_[(key + i) % (kSitesMax - 1)];
    uint64_t there = place.key.load(std::memory_order_relaxed);
    if (there == 0 && place.key.compare_exchange_strong(there, key)) return place;
    if (there == key) return place;
  }
  shared_.fetch_add(1, std::memory_order_relaxed);
  return sites_[kSitesMax - 1];
}

LogCounts LogLimits::ReadCounts() const {
  LogCounts counts{.lines_left_out = lines_left_out_.load(std::memory_order_relaxed),
                   .messages_max = kSitesMax - 1,
                   .shared = shared_.load(std::memory_order_relaxed)};
  for (const Site& site : sites_) {
    if (site.key.load(std::memory_order_relaxed) != 0) ++counts.messages;
  }
  return counts;
}

void LogLimits::Keep(Site& site, LogLevel level, std::string_view message) {
  const std::lock_guard guard(keeping_);
  site.level = level;
  site.kept_octets = std::min(message.size(), kKeptOctetsMax);
  std::copy_n(message.begin(), site.kept_octets, site.kept.begin());
}

void LogLimits::Tell(LogLevel level, std::string_view message, LogSite at, Time now,
                     const Write& write) {
  Site& site = SiteOf(at);
  uint64_t left_out = 0;
  if (!site.limit.Admits(now, &left_out)) {
    lines_left_out_.fetch_add(1, std::memory_order_relaxed);
    if (!has_left_out_.exchange(true) && on_left_out_) on_left_out_();
    return;
  }
  Keep(site, level, message);
  if (left_out == 0) {
    write(level, message);
  } else {
    write(level, Concat(message, " (", left_out, " more since the last such line)"));
  }
}

bool LogLimits::TellLeftOut(Time now, bool at_end, const Write& write) {
  has_left_out_ = false;
  bool told_all = true;
  for (Site& site : sites_) {
    if (!site.limit.HasLeftOut()) continue;
    const uint64_t left_out = site.limit.TakeLeftOut(now, at_end);
    if (left_out == 0) {
      told_all = false;
      continue;
    }
    std::string like;
    LogLevel level = LogLevel::kInfo;
    {
      const std::lock_guard guard(keeping_);
      like.assign(site.kept.begin(), site.kept.begin() + site.kept_octets);
      level = site.level;
    }
    if (like.size() == kKeptOctetsMax) like += "...";
    write(level, Concat(left_out, " more like: ", like));
  }
  return told_all;
}

}  // namespace tern::resolver::daemon
