// Reads the fields of what ternd answers. Whatever the answer holds, the texts are harmless, and a
// field that is missing or of another type is empty.
//
// Thread: any. Bounded by the answer.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tern::resolver::tool {

using ControlJson = nlohmann::ordered_json;

// Null when it is missing.
const ControlJson& FieldOf(const ControlJson& object, std::string_view key);
std::string TextOf(const ControlJson& object, std::string_view key);
int64_t NumberOf(const ControlJson& object, std::string_view key);
// NaN when it is missing.
double RealOf(const ControlJson& object, std::string_view key);
bool FlagOf(const ControlJson& object, std::string_view key);
bool HasField(const ControlJson& object, std::string_view key);
// An array, perhaps an empty one.
const ControlJson& ListOf(const ControlJson& object, std::string_view key);

// `340 ms`, `2.1 s`, `3 min`, `5 h`, `2 d`.
std::string SpanText(int64_t milliseconds);
// `1 client`, `3 clients`.
std::string CountText(int64_t count, std::string_view one, std::string_view many);

}  // namespace tern::resolver::tool
