#include "resolver/io/steering.h"

#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <functional>
#include <system_error>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "resolver/io/sockets.h"
#include "wire/check.h"

namespace tern::resolver::io {

namespace {

namespace fs = std::filesystem;

std::vector<int> AllowedProcessors() {
  std::vector<int> processors;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return processors;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) processors.push_back(i);
  }
  return processors;
}

// The first word of a file. Empty when the file cannot be read.
std::string ReadWord(const fs::path& path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  return word;
}

bool Exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

// `mask` is a bit set as the kernel writes it: "00000001,ffffffff", the highest bits first.
bool Covers(const std::string& mask, std::span<const int> processors) {
  std::string digits = mask;
  std::erase(digits, ',');
  return std::all_of(processors.begin(), processors.end(), [&](int processor) {
    const size_t back = static_cast<size_t>(processor) / 4;
    if (back >= digits.size()) return false;
    const char digit = digits[digits.size() - 1 - back];
    const int value = digit >= 'a' ? digit - 'a' + 10 : digit - '0';
    return (value >> (processor % 4) & 1) != 0;
  });
}

// True when the interface has a queue for each processor, or when RPS passes packets on to other
// processors in software.
bool Spreads(const fs::path& interface, std::span<const int> processors) {
  size_t queues = 0;
  bool handed_on = true;
  std::error_code error;
  // Not a range-based loop, because its increment throws.
  for (fs::directory_iterator at(interface / "queues", error), end; !error && at != end;
       at.increment(error)) {
    if (!at->path().filename().string().starts_with("rx-")) continue;
    ++queues;
    handed_on = handed_on && Covers(ReadWord(at->path() / "rps_cpus"), processors);
  }
  return queues >= processors.size() || (queues > 0 && handed_on);
}

// The names of the interfaces in this network namespace, or why they are unknown.
absl::StatusOr<std::vector<std::string>> InterfaceNames(const fs::path& interfaces) {
  struct if_nameindex* const all = if_nameindex();
  if (all == nullptr) return absl::ErrnoToStatus(errno, "cannot list the network interfaces");
  std::vector<std::string> names;
  bool shown = true;
  for (const struct if_nameindex* at = all; at->if_index != 0; ++at) {
    names.emplace_back(at->if_name);
    // If /sys was mounted in another network namespace, it shows the interfaces of that one.
    shown = shown && ReadWord(interfaces / names.back() / "ifindex") == absl::StrCat(at->if_index);
  }
  if_freenameindex(all);
  if (!shown) return absl::NotFoundError("/sys does not show this network's interfaces");
  return names;
}

// Checks that the kernel accepts such a program, on a socket without an address.
absl::Status TryProgram(std::span<const int> processors) {
  const OwnedFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (fd.get() < 0 || setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0) {
    return absl::ErrnoToStatus(errno, "cannot make a socket that shares its address");
  }
  return SteerByProcessor(fd.get(), processors);
}

}  // namespace

std::string WhyPacketsGather(const fs::path& interfaces, std::span<const std::string> names,
                             std::span<const int> processors) {
  bool seen = false;
  for (const std::string& name : names) {
    const fs::path interface = interfaces / name;
    // Other interfaces get their packets from a device, or from programs of this machine.
    if (!Exists(interface / "device")) continue;
    const std::string state = ReadWord(interface / "operstate");
    if (state == "down" || state == "notpresent") continue;
    seen = true;
    if (!Spreads(interface, processors)) {
      return absl::StrCat(name, " has fewer receive queues than there are workers");
    }
  }
  // In a container, or before the network is up, it is unknown where packets will arrive.
  return seen ? "" : "no physical network device is up";
}

Steering ChooseSteering(size_t workers, std::span<const Endpoint> listen) {
  const std::vector<int> processors = AllowedProcessors();
  if (workers < 2 || processors.size() != workers) {
    return {{}, absl::StrCat(workers, " workers have ", processors.size(), " processors")};
  }
  const bool from_here_only =
      std::all_of(listen.begin(), listen.end(),
                  [](const Endpoint& endpoint) { return endpoint.address.IsLoopback(); });
  if (!from_here_only) {
    const fs::path interfaces = "/sys/class/net";
    const auto names = InterfaceNames(interfaces);
    if (!names.ok()) return {{}, std::string(names.status().message())};
    if (std::string why = WhyPacketsGather(interfaces, *names, processors); !why.empty()) {
      return {{}, std::move(why)};
    }
  }
  if (const absl::Status status = TryProgram(processors); !status.ok()) {
    return {{}, std::string(status.message())};
  }
  return {processors, ""};
}

std::vector<sock_filter> SteeringProgram(std::span<const int> processors) {
  TERN_REQUIRE(std::adjacent_find(processors.begin(), processors.end(), std::greater_equal<>()) ==
               processors.end());
  constexpr uint32_t kNoSocket = UINT32_MAX;  // an index beyond the group, so the hash decides
  constexpr auto kProcessor = static_cast<uint32_t>(SKF_AD_OFF + SKF_AD_CPU);
  std::vector<sock_filter> code = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kProcessor)};
  for (size_t i = 0; i < processors.size();) {
    const auto first = static_cast<uint32_t>(processors[i]);
    const auto index = static_cast<uint32_t>(i);
    uint32_t end = first;
    for (; i < processors.size() && static_cast<uint32_t>(processors[i]) == end; ++i) ++end;
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, end, 4, 0));  // to the next run
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, first, 1, 0));
    code.push_back(BPF_STMT(BPF_RET | BPF_K, kNoSocket));  // between two runs
    code.push_back(BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, first - index));
    code.push_back(BPF_STMT(BPF_RET | BPF_A, 0));
  }
  code.push_back(BPF_STMT(BPF_RET | BPF_K, kNoSocket));
  return code;
}

absl::Status SteerByProcessor(int fd, std::span<const int> processors) {
  std::vector<sock_filter> code = SteeringProgram(processors);
  const sock_fprog program{static_cast<uint16_t>(code.size()), code.data()};
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof(program)) != 0) {
    return absl::ErrnoToStatus(errno, "cannot steer queries to the workers");
  }
  return absl::OkStatus();
}

void StopSteering(int fd) {
  const int ignored = 0;
  (void)setsockopt(fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &ignored, sizeof ignored);
}

bool RunOnProcessor(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  return pthread_setaffinity_np(pthread_self(), sizeof(set), &set) == 0;
}

}  // namespace tern::resolver::io
