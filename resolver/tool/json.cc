#include "resolver/tool/json.h"

namespace tern::resolver::tool {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// Octets of the UTF-8 character at the front of `text`; 0 when there is none that is sound
// (RFC 3629 section 4: no overlong forms, no surrogates, nothing above U+10FFFF).
size_t Utf8Octets(std::string_view text) {
  const auto at = [&](size_t i) {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0};
  };
  const auto follows = [&](size_t i) { return (at(i) & 0xc0) == 0x80; };
  const uint8_t first = at(0);
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return follows(1) ? 2 : 0;
  if (first < 0xf0) {
    const bool overlong = first == 0xe0 && at(1) < 0xa0;
    const bool surrogate = first == 0xed && at(1) >= 0xa0;
    return !overlong && !surrogate && follows(1) && follows(2) ? 3 : 0;
  }
  const bool overlong = first == 0xf0 && at(1) < 0x90;
  const bool beyond = first > 0xf4 || (first == 0xf4 && at(1) >= 0x90);
  return !overlong && !beyond && follows(1) && follows(2) && follows(3) ? 4 : 0;
}

void AppendCode(std::string* out, uint8_t code) {
  static constexpr char kDigits[] = "0123456789abcdef";
  *out += "\\u00";
  *out += kDigits[code >> 4];
  *out += kDigits[code & 0xf];
}

void AppendEscaped(std::string* out, char c) {
  switch (c) {
    case '"':
      *out += "\\\"";
      return;
    case '\\':
      *out += "\\\\";
      return;
    case '\n':
      *out += "\\n";
      return;
    case '\t':
      *out += "\\t";
      return;
    default:
      break;
  }
  const auto octet = static_cast<uint8_t>(c);
  // DEL is legal as it is, but terminals act on it as on the others.
  if (octet >= 0x20 && octet != 0x7f) {
    *out += c;
    return;
  }
  AppendCode(out, octet);
}

// The controls U+0080 to U+009F, which are legal too and act on terminals as well.
bool IsC1(std::string_view character) {
  return character[0] == '\xc2' && static_cast<uint8_t>(character[1]) < 0xa0;
}

void AppendString(std::string* out, std::string_view text) {
  *out += '"';
  while (!text.empty()) {
    const size_t octets = Utf8Octets(text);
    if (octets == 0) {
      *out += kReplacement;
    } else if (octets == 1) {
      AppendEscaped(out, text[0]);
    } else if (IsC1(text.substr(0, octets))) {
      AppendCode(out, static_cast<uint8_t>(text[1]));
    } else {
      *out += text.substr(0, octets);
    }
    text.remove_prefix(octets == 0 ? 1 : octets);
  }
  *out += '"';
}

void AppendUtf8(std::string* out, uint32_t code) {
  const auto tail = [&](int shift) { *out += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    *out += static_cast<char>(code);
  } else if (code < 0x800) {
    *out += static_cast<char>(0xc0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    *out += static_cast<char>(0xe0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    *out += static_cast<char>(0xf0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : rest_(text) {}

  bool ParseWhole(JsonValue* value) {
    if (!ParseValue(value, 0)) return false;
    SkipBlanks();
    return rest_.empty();
  }

 private:
  using Kind = JsonValue::Kind;

  void SkipBlanks() {
    const size_t blanks = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(blanks == std::string_view::npos ? rest_.size() : blanks);
  }

  bool Take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool TakeAfterBlanks(std::string_view word) {
    SkipBlanks();
    return Take(word);
  }

  bool ParseValue(JsonValue* value, int depth) {
    if (depth >= kJsonDepthMax) return false;
    SkipBlanks();
    if (rest_.empty()) return false;
    if (Take("null")) return true;
    if (Take("true")) {
      value->kind_ = Kind::kTrue;
      return true;
    }
    if (Take("false")) {
      value->kind_ = Kind::kFalse;
      return true;
    }
    switch (rest_[0]) {
      case '"':
        value->kind_ = Kind::kString;
        return ParseString(&value->text_);
      case '[':
        return ParseArray(value, depth);
      case '{':
        return ParseObject(value, depth);
      default:
        return ParseNumber(value);
    }
  }

  bool ParseArray(JsonValue* value, int depth) {
    value->kind_ = Kind::kArray;
    rest_.remove_prefix(1);
    if (TakeAfterBlanks("]")) return true;
    do {
      if (!ParseValue(&value->items_.emplace_back(), depth + 1)) return false;
    } while (TakeAfterBlanks(","));
    return Take("]");
  }

  bool ParseObject(JsonValue* value, int depth) {
    value->kind_ = Kind::kObject;
    rest_.remove_prefix(1);
    if (TakeAfterBlanks("}")) return true;
    do {
      SkipBlanks();
      JsonValue::Member& member = value->members_.emplace_back();
      if (rest_.empty() || rest_[0] != '"' || !ParseString(&member.first)) return false;
      if (!TakeAfterBlanks(":") || !ParseValue(&member.second, depth + 1)) return false;
    } while (TakeAfterBlanks(","));
    return Take("}");
  }

  size_t TakeDigits() {
    const size_t found = rest_.find_first_not_of("0123456789");
    const size_t digits = found == std::string_view::npos ? rest_.size() : found;
    rest_.remove_prefix(digits);
    return digits;
  }

  // RFC 8259 section 6.
  bool ParseNumber(JsonValue* value) {
    const std::string_view start = rest_;
    value->kind_ = Kind::kNumber;
    (void)Take("-");
    if (!Take("0") && TakeDigits() == 0) return false;
    if (Take(".") && TakeDigits() == 0) return false;
    if (Take("e") || Take("E")) {
      if (!Take("+")) (void)Take("-");
      if (TakeDigits() == 0) return false;
    }
    value->text_ = start.substr(0, start.size() - rest_.size());
    return true;
  }

  bool ParseString(std::string* text) {
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      const char c = rest_[0];
      if (c == '"') {
        rest_.remove_prefix(1);
        return true;
      }
      if (static_cast<uint8_t>(c) < 0x20) return false;
      if (c == '\\') {
        if (!ParseEscape(text)) return false;
        continue;
      }
      const size_t octets = Utf8Octets(rest_);
      if (octets == 0) return false;
      *text += rest_.substr(0, octets);
      rest_.remove_prefix(octets);
    }
    return false;
  }

  bool ParseEscape(std::string* text) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (rest_.size() < 2) return false;
    const char letter = rest_[1];
    rest_.remove_prefix(2);
    if (const size_t i = kLetters.find(letter); i != std::string_view::npos) {
      *text += kMeanings[i];
      return true;
    }
    uint32_t code;
    if (letter != 'u' || !ParseHex(&code)) return false;
    if (code >= 0xdc00 && code < 0xe000) return false;
    if (code >= 0xd800 && code < 0xdc00) {
      uint32_t low;
      if (!Take("\\u") || !ParseHex(&low) || low < 0xdc00 || low >= 0xe000) return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    AppendUtf8(text, code);
    return true;
  }

  bool ParseHex(uint32_t* code) {
    if (rest_.size() < 4) return false;
    *code = 0;
    for (size_t i = 0; i < 4; ++i) {
      const char c = rest_[i];
      uint32_t digit;
      if (c >= '0' && c <= '9') {
        digit = static_cast<uint32_t>(c - '0');
      } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
        digit = static_cast<uint32_t>((c | 0x20) - 'a' + 10);
      } else {
        return false;
      }
      *code = *code << 4 | digit;
    }
    rest_.remove_prefix(4);
    return true;
  }

  std::string_view rest_;
};

JsonValue JsonValue::Text(std::string_view text) {
  JsonValue value(Kind::kString);
  value.text_ = text;
  return value;
}

JsonValue JsonValue::Number(int64_t number) {
  JsonValue value(Kind::kNumber);
  value.text_ = std::to_string(number);
  return value;
}

std::optional<JsonValue> JsonValue::Parse(std::string_view text) {
  JsonValue value;
  if (!JsonParser(text).ParseWhole(&value)) return std::nullopt;
  return value;
}

const std::vector<JsonValue::Member>& JsonValue::members() const { return members_; }

void JsonValue::Append(JsonValue item) { items_.push_back(std::move(item)); }

void JsonValue::Set(std::string_view key, JsonValue value) {
  members_.emplace_back(std::string(key), std::move(value));
}

const JsonValue* JsonValue::Find(std::string_view key) const {
  for (const Member& member : members_) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

std::string JsonValue::ToText() const {
  std::string out;
  AppendTo(&out);
  return out;
}

void JsonValue::AppendTo(std::string* out) const {
  switch (kind_) {
    case Kind::kNull:
      *out += "null";
      return;
    case Kind::kTrue:
      *out += "true";
      return;
    case Kind::kFalse:
      *out += "false";
      return;
    case Kind::kNumber:
      *out += text_;
      return;
    case Kind::kString:
      AppendString(out, text_);
      return;
    case Kind::kArray:
      *out += '[';
      for (size_t i = 0; i < items_.size(); ++i) {
        if (i != 0) *out += ',';
        items_[i].AppendTo(out);
      }
      *out += ']';
      return;
    case Kind::kObject:
      *out += '{';
      for (size_t i = 0; i < members_.size(); ++i) {
        if (i != 0) *out += ',';
        AppendString(out, members_[i].first);
        *out += ':';
        members_[i].second.AppendTo(out);
      }
      *out += '}';
      return;
  }
}

}  // namespace tern::resolver::tool
