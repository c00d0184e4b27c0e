// A file to which whole pieces are appended: lines, or frames.
//
// Thread: the writer's. Bound: nothing is kept.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "resolver/control/event_counts.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::control {

// Why what was meant for a file is lost. `error` is what Open or Append gave.
EventLoss LossOf(int error);

class AppendedFile {
 public:
  // Opens the file, or makes it with mode 0640. `begins_anew`: what the file had before is kept as
  // `PATH.old`. Returns 0 or errno.
  int Open(const std::string& path, bool begins_anew);
  bool IsOpen() const { return file_.get() >= 0; }
  void Close() { file_ = io::OwnedFd(); }
  // Whether the path names another file now, or none.
  bool WasMoved() const;

  // Appends all the octets or, as far as the file allows, none. Returns 0 or errno.
  int Append(std::span<const uint8_t> octets);

 private:
  std::string path_;
  io::OwnedFd file_;
};

}  // namespace tern::resolver::control
