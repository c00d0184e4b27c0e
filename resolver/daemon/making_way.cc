#include "resolver/daemon/making_way.h"

#include <string>
#include <utility>

#include "resolver/config/settings_changes.h"
#include "resolver/daemon/given_descriptors.h"
#include "resolver/daemon/log.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

constexpr const char* kControlName = "control";
constexpr std::chrono::seconds kMainThreadMax(10);
constexpr std::chrono::seconds kCopyMax(5);

}  // namespace

MakingWay::MakingWay(Parts parts, Upgrade::Options options, std::function<void()> on_end)
    : parts_(parts),
      upgrade_(std::move(options),
               {.copy_cache = [this](int fd) { return CopyCache(fd); },
                .hand_over = [this](const Successor& successor) { return HandOver(successor); },
                .on_end = std::move(on_end)}) {}

absl::Status MakingWay::Begin() {
  auto descriptors = DescriptorsForNext();
  const absl::Status begun =
      descriptors.ok() ? upgrade_.Begin(*std::move(descriptors)) : descriptors.status();
  if (!begun.ok()) {
    Log(LogLevel::kError, Concat("upgrade: ", std::string(begun.message())));
    return begun;
  }
  for (const config::KeyChange& change : parts_.daemon->ChangesByCommands()) {
    Log(LogLevel::kWarning,
        Concat("upgrade: the new process does not know what a command changed: ",
               config::ToText(change)));
  }
  return begun;
}

absl::StatusOr<std::vector<io::GivenSocket>> MakingWay::DescriptorsForNext() const {
  std::vector<io::GivenSocket> all;
  for (const Daemon::ListeningSocket& socket : parts_.daemon->ListeningSockets()) {
    auto copy = io::Duplicate(socket.fd);
    if (!copy.ok()) return copy.status();
    all.push_back({*std::move(copy), std::string(socket.name)});
  }
  const control::HttpServer& http = parts_.daemon->http_server();
  for (size_t i = 0; i < http.sockets().size(); ++i) {
    auto copy = io::Duplicate(http.sockets()[i].get());
    if (!copy.ok()) return copy.status();
    all.push_back({*std::move(copy), io::SocketName("http", i, http.listening()[i])});
  }
  if (control_ != nullptr) {
    auto copy = io::Duplicate(control_->listener());
    if (!copy.ok()) return copy.status();
    all.push_back({*std::move(copy), kControlName});
  }
  auto secrets = parts_.daemon->CopySecrets();
  if (!secrets.ok()) return secrets.status();
  all.push_back({*std::move(secrets), kSecretsName});
  return all;
}

bool MakingWay::CopyCache(int fd) {
  const auto what = std::make_shared<std::optional<CacheToKeep>>();
  absl::Status copied =
      parts_.tasks->Run([this, what] { *what = parts_.daemon->ToKeep(); }, kMainThreadMax);
  if (copied.ok()) {
    copied = *what ? parts_.daemon->CopyCache(fd, **what, kCopyMax)
                   : absl::FailedPreconditionError(kNothingToKeep);
  }
  if (copied.ok()) return true;
  Log(LogLevel::kWarning,
      Concat("the next process does not get the cache: ", std::string(copied.message())));
  return false;
}

absl::Status MakingWay::HandOver(const Successor& successor) {
  return parts_.tasks->Run(
      [this, successor] {
        parts_.daemon->MakeWay();
        if (control_ != nullptr && !successor.left.contains(kControlName)) control_->MakeWay();
        parts_.supervisor->TellMain(successor.process);
        successor_ = successor;
      },
      kMainThreadMax);
}

void MakingWay::AnswerTheRest(std::chrono::milliseconds at_most,
                              const std::function<bool()>& is_wanted) {
  parts_.daemon->AnswerTheRest({.at_most = at_most,
                                .with_streams = true,
                                .serves_on = successor_->left,
                                .is_wanted = is_wanted});
}

}  // namespace tern::resolver::daemon
