#include "resolver/daemon/anchor_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <span>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/base/text_file.h"
#include "resolver/daemon/beside_file.h"
#include "resolver/dnssec/anchor_state_text.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

constexpr mode_t kFileMode = 0644;

std::string ErrorText(int error) { return std::generic_category().message(error); }

std::span<const uint8_t> OctetsOf(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

dnssec::AnchorState AnchorFile::Read() {
  struct stat status;
  if (path_.empty() || (stat(path_.c_str(), &status) != 0 && errno == ENOENT)) return {};
  const absl::StatusOr<std::string> text = ReadTextFile(path_, dnssec::kStateOctetsMax);
  absl::StatusOr<dnssec::AnchorState> state =
      text.ok() ? dnssec::ReadAnchorState(*text) : text.status();
  if (state.ok()) {
    written_ = *state;
    return *std::move(state);
  }
  is_foreign_ = text.ok() && !text->empty() && !dnssec::LooksLikeAnchorState(*text);
  const std::string place = text.ok() ? Concat(path_, ": ") : "";
  log_(LogLevel::kWarning,
       Concat("the state of the trust anchors cannot be read: ", place,
              std::string(state.status().message()), "; those of the configuration are used",
              is_foreign_ ? ". The file is not ternd's, so it is left alone" : ""));
  return {};
}

bool AnchorFile::Differs(const dnssec::AnchorState& state) const {
  if (!written_) {
    return state.last_good != 0 ||
           std::any_of(state.zones.begin(), state.zones.end(),
                       [](const dnssec::AnchorZone& zone) { return !zone.keys.empty(); });
  }
  return written_->zones != state.zones || state.last_good < written_->last_good ||
         state.last_good >= written_->last_good + kGoodTimeEachSeconds;
}

void AnchorFile::Write(const dnssec::AnchorState& state) {
  if (path_.empty() || is_foreign_ || !Differs(state)) return;
  const int error = ReplaceFile(path_, OctetsOf(dnssec::WriteAnchorState(state)), kFileMode);
  if (error == 0) {
    written_ = state;
    if (std::exchange(fails_, false)) {
      log_(LogLevel::kInfo, Concat("the state of the trust anchors is kept in ", path_, " again"));
    }
    return;
  }
  if (std::exchange(fails_, true)) return;
  log_(is_optional_ && error == ENOENT ? LogLevel::kInfo : LogLevel::kWarning,
       Concat("the state of the trust anchors cannot be kept: ", path_, ": ", ErrorText(error),
              "; after a restart, those of the configuration are used"));
}

}  // namespace tern::resolver::daemon
