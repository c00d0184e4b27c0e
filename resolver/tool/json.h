// JSON (RFC 8259) as the tool needs it: values are put together and written out, and the lines of
// a trace that came over the network are read, whatever they hold.
//
// Thread: any. Bounded by the input and kJsonDepthMax levels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tern::resolver::tool {

inline constexpr int kJsonDepthMax = 16;

class JsonValue {
 public:
  using Member = std::pair<std::string, JsonValue>;
  enum class Kind { kNull, kTrue, kFalse, kNumber, kString, kArray, kObject };

  JsonValue() = default;
  static JsonValue Text(std::string_view text);
  static JsonValue Number(int64_t number);
  static JsonValue Array() { return JsonValue(Kind::kArray); }
  static JsonValue Object() { return JsonValue(Kind::kObject); }

  // Nothing when the text is not one whole JSON value.
  static std::optional<JsonValue> Parse(std::string_view text);

  Kind kind() const { return kind_; }
  // Of a string its characters as UTF-8; of a number its digits as written.
  const std::string& text() const { return text_; }
  const std::vector<JsonValue>& items() const { return items_; }
  const std::vector<Member>& members() const;

  void Append(JsonValue item);
  void Set(std::string_view key, JsonValue value);
  // The first member of that name; null when there is none.
  const JsonValue* Find(std::string_view key) const;

  // On one line. Octets of a string that are not UTF-8 become U+FFFD.
  std::string ToText() const;

 private:
  friend class JsonParser;
  explicit JsonValue(Kind kind) : kind_(kind) {}
  void AppendTo(std::string* out) const;

  Kind kind_ = Kind::kNull;
  std::string text_;
  std::vector<JsonValue> items_;
  std::vector<Member> members_;
};

}  // namespace tern::resolver::tool
