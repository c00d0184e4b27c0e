#include "resolver/tool/control_fields.h"

#include <cstdio>
#include <limits>

#include "wire/concat.h"
#include "wire/harmless_text.h"

namespace tern::resolver::tool {

const ControlJson& FieldOf(const ControlJson& object, std::string_view key) {
  static const ControlJson none;
  if (!object.is_object()) return none;
  const auto found = object.find(std::string(key));
  return found == object.end() ? none : *found;
}

std::string TextOf(const ControlJson& object, std::string_view key) {
  const ControlJson& field = FieldOf(object, key);
  return field.is_string() ? HarmlessText(field.get<std::string>()) : std::string();
}

int64_t NumberOf(const ControlJson& object, std::string_view key) {
  const ControlJson& field = FieldOf(object, key);
  return field.is_number_integer() ? field.get<int64_t>() : 0;
}

double RealOf(const ControlJson& object, std::string_view key) {
  const ControlJson& field = FieldOf(object, key);
  return field.is_number() ? field.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

bool FlagOf(const ControlJson& object, std::string_view key) {
  const ControlJson& field = FieldOf(object, key);
  return field.is_boolean() && field.get<bool>();
}

bool HasField(const ControlJson& object, std::string_view key) {
  return !FieldOf(object, key).is_null();
}

const ControlJson& ListOf(const ControlJson& object, std::string_view key) {
  static const ControlJson none = ControlJson::array();
  const ControlJson& field = FieldOf(object, key);
  return field.is_array() ? field : none;
}

std::string SpanText(int64_t milliseconds) {
  constexpr int64_t kSecond = 1000;
  constexpr int64_t kMinute = 60 * kSecond;
  constexpr int64_t kHour = 60 * kMinute;
  constexpr int64_t kDay = 24 * kHour;
  if (milliseconds < kSecond) return Concat(milliseconds, " ms");
  if (milliseconds < 2 * kMinute) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(milliseconds) / kSecond);
    return text;
  }
  if (milliseconds < 2 * kHour) return Concat(milliseconds / kMinute, " min");
  if (milliseconds < 2 * kDay) return Concat(milliseconds / kHour, " h");
  return Concat(milliseconds / kDay, " d");
}

std::string CountText(int64_t count, std::string_view one, std::string_view many) {
  return Concat(count, " ", count == 1 ? one : many);
}

}  // namespace tern::resolver::tool
