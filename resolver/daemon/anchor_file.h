// The file that keeps the state of the trust anchors over a restart (`dnssec.state_file`).
//
// It only helps. If it cannot be read or written, the log has a warning, and the anchors of the
// configuration are used.
//
// Thread: one. Bound: kStateOctetsMax octets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "resolver/daemon/log.h"
#include "resolver/dnssec/anchor_keeper.h"

namespace tern::resolver::daemon {

class AnchorFile {
 public:
  // A good time is written when it is this much later than the one in the file.
  static constexpr int64_t kGoodTimeEachSeconds = 3600;

  // An empty path: there is no file. `is_optional`: a folder that is missing is no warning, because
  // nobody has asked for it.
  explicit AnchorFile(std::string path, bool is_optional = false, LogSink log = {})
      : path_(std::move(path)), is_optional_(is_optional), log_(std::move(log)) {}

  // Empty when there is none yet, or none that can be used.
  dnssec::AnchorState Read();
  // Replaces the file as a whole, when the state has changed and says something. A file of another
  // program is left alone.
  void Write(const dnssec::AnchorState& state);

 private:
  bool Differs(const dnssec::AnchorState& state) const;

  const std::string path_;
  const bool is_optional_;
  const LogSink log_;
  bool is_foreign_ = false;
  bool fails_ = false;  // the last Write did
  std::optional<dnssec::AnchorState> written_;
};

}  // namespace tern::resolver::daemon
