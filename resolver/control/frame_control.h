// Frame Streams (the framing of dnstap): the frames that begin and end a stream. The library fstrm
// writes and reads them.
//
// A data frame is its length in four octets, and its content. A control frame has the length 0, and
// then its own length and content.
//
// Thread: any. Bound: the frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tern::resolver::control {

enum class FrameControl : uint8_t {
  kReady,   // of the writer: which content it has
  kAccept,  // of the reader
  kStart,
  kStop,
  kFinish,  // of the reader: it has read all up to kStop
};

inline constexpr size_t kFrameHeadOctets = 4;

// The whole control frame. It names dnstap as the content where it has to. Throws std::bad_alloc.
std::vector<uint8_t> MakeFrameControl(FrameControl control);

// The control frame at the begin of `octets`.
struct FrameRead {
  size_t octets = 0;                    // of the whole frame; 0: more octets are needed
  std::optional<FrameControl> control;  // missing: it is none, or not for dnstap
};
// `octets` come from the reader, which may send anything. Throws std::bad_alloc.
FrameRead ReadFrameControl(std::span<const uint8_t> octets);

void AppendFrame(std::span<const uint8_t> content, std::vector<uint8_t>* out);

}  // namespace tern::resolver::control
