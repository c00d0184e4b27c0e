// A line of text on a terminal, whose parts may stand out.
//
// Its texts are printable ASCII, so an octet is a column. What comes from elsewhere becomes that by
// HarmlessText before it gets here.
//
// Thread: any. Bounded by the texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tern::resolver::tool {

struct ScreenSize {
  size_t rows = 24;
  size_t columns = 80;
};

enum class Tone : uint8_t { kPlain, kStrong, kFaint, kGood, kWarning, kBad };

class ScreenLine {
 public:
  ScreenLine() = default;
  explicit ScreenLine(std::string_view text, Tone tone = Tone::kPlain) { Add(text, tone); }

  ScreenLine& Add(std::string_view text, Tone tone = Tone::kPlain);
  ScreenLine& Add(const ScreenLine& other);
  // Blanks up to that column, if the text ends before it.
  ScreenLine& PadTo(size_t columns);
  // Keeps the first columns. The last one of them becomes `+`, as in top(1).
  ScreenLine& CutTo(size_t columns);

  size_t columns() const;
  // Neither has blanks at the end, nor a newline.
  std::string Plain() const;
  // With the escape codes of ECMA-48 for its tones. It ends in the plain one.
  std::string Coloured() const;

 private:
  struct Part {
    std::string text;
    Tone tone;
  };

  void Trim(size_t columns);

  std::vector<Part> parts_;
};

}  // namespace tern::resolver::tool
