#include "resolver/tool/screen_line.h"

#include <algorithm>

#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

std::string_view CodeOf(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      break;
    case Tone::kStrong:
      return "1";
    case Tone::kFaint:
      return "2";
    case Tone::kGood:
      return "32";
    case Tone::kWarning:
      return "1;33";
    case Tone::kBad:
      return "1;31";
  }
  return "";
}

}  // namespace

ScreenLine& ScreenLine::Add(std::string_view text, Tone tone) {
  if (text.empty()) return *this;
  if (!parts_.empty() && parts_.back().tone == tone) {
    parts_.back().text += text;
  } else {
    parts_.push_back({std::string(text), tone});
  }
  return *this;
}

ScreenLine& ScreenLine::Add(const ScreenLine& other) {
  for (const Part& part : other.parts_) Add(part.text, part.tone);
  return *this;
}

ScreenLine& ScreenLine::PadTo(size_t columns) {
  const size_t used = this->columns();
  return used < columns ? Add(std::string(columns - used, ' ')) : *this;
}

ScreenLine& ScreenLine::CutTo(size_t columns) {
  if (this->columns() <= columns) return *this;
  Trim(columns);
  if (!parts_.empty()) parts_.back().text.back() = '+';
  return *this;
}

// Keeps the first columns. No part is empty afterwards.
void ScreenLine::Trim(size_t columns) {
  size_t kept = 0;
  for (; kept < parts_.size() && columns > 0; ++kept) {
    std::string& text = parts_[kept].text;
    text.resize(std::min(text.size(), columns));
    columns -= text.size();
  }
  parts_.resize(kept);
}

size_t ScreenLine::columns() const {
  size_t sum = 0;
  for (const Part& part : parts_) sum += part.text.size();
  return sum;
}

std::string ScreenLine::Plain() const {
  std::string text;
  for (const Part& part : parts_) text += part.text;
  text.resize(text.find_last_not_of(' ') + 1);  // 0 when all are blanks
  return text;
}

std::string ScreenLine::Coloured() const {
  ScreenLine shown = *this;
  shown.Trim(Plain().size());
  std::string text;
  for (const Part& part : shown.parts_) {
    const std::string_view code = CodeOf(part.tone);
    text += code.empty() ? part.text : Concat("\x1b[", code, "m", part.text, "\x1b[0m");
  }
  return text;
}

}  // namespace tern::resolver::tool
