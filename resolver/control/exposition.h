// Writes metrics as text for a scraper: Prometheus text format 0.0.4, or OpenMetrics 1.0.
//
// Thread: any. Bound: the families.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "resolver/control/metric.h"

namespace tern::resolver::control {

enum class ExpositionFormat : uint8_t { kPrometheusText, kOpenMetrics };

// OpenMetrics when the header Accept names it, with a weight above 0. Otherwise Prometheus text.
ExpositionFormat ChooseFormat(std::string_view accept);
std::string_view ContentTypeOf(ExpositionFormat format);

// A family without samples is left out.
std::string WriteExposition(std::span<const Family> families, ExpositionFormat format);

}  // namespace tern::resolver::control
