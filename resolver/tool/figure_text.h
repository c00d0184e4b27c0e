// Numbers as people read them, with as many digits as the page shows (../control/page/format.js).
// What is not known, NaN, is `-`.
//
// Thread: any. Pure functions. All is ASCII, so an octet is a column.
#pragma once

#include <string>

namespace tern::resolver::tool {

// Three digits: `7.3`, `84.1`, `950`, `12.3k`.
std::string RateText(double rate);
// With its thousands apart: `12,345`.
std::string WholeText(double count);
// Of a part from 0 to 1: `4.2 %`.
std::string PercentText(double part);
// `820 B`, `1.5 MiB`.
std::string SizeText(double octets);
// Two digits of a time in microseconds: `8.4 us`, `120 us`, `21 ms`, `1.2 s`.
std::string MicrosText(double microseconds);

}  // namespace tern::resolver::tool
