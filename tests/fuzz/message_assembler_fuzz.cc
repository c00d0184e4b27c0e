// Any octets in any cut through the framing of TCP streams. However the stream is cut, and wherever
// its reader pauses, the messages are those of the whole stream, and memory follows what came.
//
// Input: one octet that says after how many messages the reader pauses, then pieces: one octet of
// length, and that many octets.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "resolver/io/message_assembler.h"
#include "tests/fuzz/framing.h"
#include "tests/fuzz/property.h"

namespace tern::resolver::io {
namespace {

void Assemble(std::span<const uint8_t> input) {
  const size_t pause_after = input[0];
  std::vector<uint8_t> stream;
  std::vector<std::vector<uint8_t>> received;
  size_t consumed = 0;  // octets of the stream in messages that were taken
  io::MessageAssembler assembler;
  for (size_t at = 1; at < input.size();) {
    const size_t length = std::min<size_t>(input[at], input.size() - at - 1);
    // Of exact size on the heap, so that a sanitizer sees a step behind the end.
    const auto piece = std::make_unique<uint8_t[]>(length);
    std::copy_n(input.begin() + static_cast<ptrdiff_t>(at + 1), length, piece.get());
    stream.insert(stream.end(), piece.get(), piece.get() + length);
    at += 1 + length;
    std::span<const uint8_t> rest(piece.get(), length);
    for (bool again = true; again;) {
      size_t taken = 0;
      const Fed fed = assembler.FeedFrom(&rest, [&](std::span<const uint8_t> message) {
        received.emplace_back(message.begin(), message.end());
        consumed += 2 + message.size();
        return ++taken != pause_after;
      });
      TERN_FUZZ_PROPERTY(fed != Fed::kAll || rest.empty());
      TERN_FUZZ_PROPERTY(fed != Fed::kNoMemory);
      again = fed == Fed::kStopped;
    }
    TERN_FUZZ_PROPERTY(assembler.buffered() == stream.size() - consumed);
    TERN_FUZZ_PROPERTY(assembler.memory() <= 2 * assembler.buffered());
  }
  TERN_FUZZ_PROPERTY(received == fuzz::FramedMessages(stream));
}

}  // namespace
}  // namespace tern::resolver::io

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  if (size > 0) tern::resolver::io::Assemble({octets, size});
  return 0;
}
