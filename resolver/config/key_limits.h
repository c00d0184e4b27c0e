// The limits of the values in the table of keys (keys.h), and the words of those that are a
// choice.
//
// Thread: any; constants.
#pragma once

#include <cstdint>
#include <string_view>

namespace tern::resolver::config {

inline constexpr uint64_t kOutgoingMax = 64;
inline constexpr uint64_t kHttpListenMax = 8;
inline constexpr uint64_t kHttpHostsMax = 64;
inline constexpr uint64_t kNegativeAnchorsMax = 10'000;
inline constexpr uint64_t kLocalRecordsMax = 10'000;
inline constexpr uint64_t kRateMax = 10'000'000;
inline constexpr uint64_t kWaitingMax = 65'535;
inline constexpr uint64_t kSlipMax = 1'000;
inline constexpr uint64_t kConnectionsMax = 16'384;
inline constexpr uint64_t kInFlightMax = 65'535;
inline constexpr uint64_t kWaitersMax = 4'096;  // every waiter is visited when one of them is late
inline constexpr uint64_t kJobsMin = 16;  // with fewer, a quarter is too few for nested look-ups
inline constexpr uint64_t kQueriesMax = 1'000;
inline constexpr uint64_t kNestingMax = 8;
inline constexpr uint64_t kFailedAddressesMax = 100;
inline constexpr uint64_t kTriesMax = 3;  // RFC 9520 section 3.1
inline constexpr uint64_t kSampleMax = 1'000'000;
inline constexpr uint64_t kMinute = 60'000;  // in milliseconds
inline constexpr uint64_t kDay = 24 * 60 * kMinute;

// In the order of the enumerators, which config_test.cc checks.
inline constexpr std::string_view kIpv6Words[] = {"auto", "true", "false"};
inline constexpr std::string_view kQnameWords[] = {"off", "relaxed", "strict"};
inline constexpr std::string_view kAddressWords[] = {"full", "prefix", "encrypted"};
inline constexpr std::string_view kOnlyWords[] = {"all", "failures"};
inline constexpr std::string_view kValidationWords[] = {"true", "log", "false"};
inline constexpr std::string_view kTopClientsWords[] = {"prefix", "full", "off"};
inline constexpr std::string_view kLogWords[] = {"error", "warning", "info"};

}  // namespace tern::resolver::config
