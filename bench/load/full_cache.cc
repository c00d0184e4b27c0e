// Fills `cache.file` of a configuration, as a ternd with a full cache would leave it:
//
//     full_cache CONFIGURATION OCTETS
//
// Each entry is a TXT record of OCTETS octets. The names are h00000000.full.bench.net., then
// h00000001 and so on in hexadecimal. When a tenth of cache.memory is left, it stops, and prints
// how many there are.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "cache/entry.h"
#include "cache/store.h"
#include "resolver/base/time.h"
#include "resolver/config/config.h"
#include "resolver/config/exempt_zones.h"
#include "resolver/daemon/cache_facts.h"
#include "resolver/daemon/cache_file.h"
#include "resolver/daemon/machine.h"
#include "resolver/io/worker.h"
#include "resolver/service/assembly.h"
#include "wire/parse_presentation.h"

namespace {

using namespace tern;  // NOLINT(google-build-using-namespace): a small program

constexpr uint32_t kTtl = 86'400;
constexpr size_t kTxtOctetsMax = 4'000;
constexpr size_t kStringOctetsMax = 255;  // of a character string (RFC 1035 section 3.3)

wire::Name NameOf(uint32_t number) {
  std::array<char, 32> text;
  (void)std::snprintf(text.data(), text.size(), "h%08x.full.bench.net.", number);
  return *wire::ParseName(text.data());
}

std::vector<uint8_t> Txt(size_t octets) {
  std::vector<uint8_t> rdata;
  while (octets > 1) {
    const size_t length = std::min(octets - 1, kStringOctetsMax);
    rdata.push_back(static_cast<uint8_t>(length));
    rdata.insert(rdata.end(), length, 'x');
    octets -= length + 1;
  }
  return rdata;
}

uint32_t Fill(const std::vector<uint8_t>& rdata, cache::Instant now, size_t octets_max,
              cache::Store* store) {
  std::vector<uint64_t> buffer((kTxtOctetsMax + 512) / sizeof(uint64_t));
  const std::span<uint8_t> octets(reinterpret_cast<uint8_t*>(buffer.data()),
                                  buffer.size() * sizeof(uint64_t));
  uint32_t count = 0;
  while (store->octets() < octets_max) {
    cache::EntryBuilder builder(octets);
    if (!builder.StartRRset(NameOf(count), wire::RRType::kTXT, kTtl, now,
                            cache::Rank::kAnswerAuthoritative) ||
        !builder.AddRecord(rdata)) {
      std::abort();
    }
    builder.SetSecurity(cache::Security::kInsecure);
    (void)store->Put(builder.Finish(), now);
    ++count;
  }
  return count;
}

bool GoesOn() { return true; }

int Run(const std::string& path, size_t octets) {
  const auto settings = resolver::config::LoadConfig(path);
  if (!settings.ok()) {
    (void)std::fprintf(stderr, "%s\n", std::string(settings.status().message()).c_str());
    return 1;
  }
  const auto now = resolver::StoreInstant(resolver::io::ReadMonotonicClock());
  const int64_t wall = resolver::daemon::ReadWallClock().now;
  const size_t store_octets = resolver::service::StoreOctets(settings->cache.memory_octets);
  cache::Store store({.memory_octets = store_octets});
  const uint32_t count = Fill(Txt(octets), now, store_octets / 10 * 9, &store);
  auto validation = resolver::config::CoreSettingsOf(*settings).dnssec;
  validation.negative_anchors = resolver::config::ExemptZonesAt(*settings, wall);
  resolver::daemon::CacheFile file(settings->cache_file.path);
  const auto saved =
      file.Save({.moment = {now, wall},
                 .what = {.facts = resolver::daemon::CacheFacts(*settings, validation)}},
                &GoesOn, &store);
  if (saved != resolver::daemon::CacheFile::Saved::kWhole) return 1;
  (void)std::printf("%u\n", count);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  size_t octets = 0;
  if (argc != 3 || !absl::SimpleAtoi(argv[2], &octets) || octets == 0 || octets > kTxtOctetsMax) {
    (void)std::fprintf(stderr, "usage: full_cache CONFIGURATION OCTETS\n");
    return 2;
  }
  return Run(argv[1], octets);
}
