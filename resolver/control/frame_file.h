// Frames in a file, as any reader of dnstap reads it. A file is one stream, so it begins anew at
// each start, and what was there is kept as `FILE.old`.
//
// Thread: the writer's. Bound: kBufferOctets.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "resolver/control/appended_file.h"
#include "resolver/control/event_counts.h"

namespace tern::resolver::control {

class FrameFile {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr size_t kBufferOctets = size_t{256} << 10;
  static constexpr std::chrono::seconds kOpenEach{5};

  // `counts` outlives the object.
  FrameFile(std::string path, OutputCounts* counts) : path_(std::move(path)), counts_(*counts) {}

  const std::string& path() const { return path_; }
  bool IsOpen() const { return file_.IsOpen(); }
  int error() const { return error_; }  // errno of what failed last; 0: nothing did

  // Takes a frame, or loses it. Throws std::bad_alloc.
  void Put(std::span<const uint8_t> frame);
  // Opens the file if it is time to, and writes what was put.
  void Turn(Clock::time_point now);
  // Opens the file again, at the next Turn, if the path names another one now (logrotate), or if it
  // is not open. Otherwise it goes on, and the result is false.
  bool Reopen();
  void End();

 private:
  bool Write();
  void Lose(int error);

  const std::string path_;
  OutputCounts& counts_;
  AppendedFile file_;
  int error_ = 0;
  Clock::time_point next_open_;
  std::vector<uint8_t> out_;
  uint64_t frames_ = 0;  // in out_
};

}  // namespace tern::resolver::control
