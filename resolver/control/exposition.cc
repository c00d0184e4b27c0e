#include "resolver/control/exposition.h"

#include <charconv>
#include <cmath>

#include "wire/concat.h"

namespace tern::resolver::control {
namespace {

std::string_view TypeWord(MetricType type, ExpositionFormat format) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      return "histogram";
    case MetricType::kInfo:
      return format == ExpositionFormat::kOpenMetrics ? "info" : "gauge";
  }
  return "unknown";
}

std::string_view Suffix(MetricType type) {
  if (type == MetricType::kCounter) return "_total";
  return type == MetricType::kInfo ? "_info" : "";
}

class Writer {
 public:
  explicit Writer(ExpositionFormat format) : format_(format) {}

  void Add(const Family& family) {
    if (family.samples.empty() && family.histograms.empty()) return;
    AddHead(family);
    for (const Sample& sample : family.samples) {
      Add(family.name, Suffix(family.type));
      AddLabels(sample.labels, "");
      AddValue(sample.value);
    }
    for (const HistogramSample& sample : family.histograms) AddHistogram(family.name, sample);
  }

  std::string Finish() {
    if (format_ == ExpositionFormat::kOpenMetrics) text_ += "# EOF\n";
    return std::move(text_);
  }

 private:
  bool is_open_metrics() const { return format_ == ExpositionFormat::kOpenMetrics; }

  void Add(std::string_view first, std::string_view second) {
    text_ += first;
    text_ += second;
  }

  void AddHead(const Family& family) {
    // In Prometheus text a family has the name of its samples.
    const std::string name =
        Concat(family.name, is_open_metrics() ? std::string_view() : Suffix(family.type));
    text_ += Concat("# HELP ", name, " ");
    AddEscaped(family.help, is_open_metrics());
    text_ += Concat("\n# TYPE ", name, " ", TypeWord(family.type, format_), "\n");
    if (is_open_metrics() && !family.unit.empty()) {
      text_ += Concat("# UNIT ", name, " ", family.unit, "\n");
    }
  }

  // In help, Prometheus text leaves quotes alone.
  void AddEscaped(std::string_view text, bool quotes) {
    for (const char c : text) {
      if (c == '\\') {
        text_ += "\\\\";
      } else if (c == '\n') {
        text_ += "\\n";
      } else if (c == '"' && quotes) {
        text_ += "\\\"";
      } else {
        text_ += c;
      }
    }
  }

  // `most`: the label `le` of a bucket; empty for none.
  void AddLabels(const Labels& labels, std::string_view most) {
    if (labels.empty() && most.empty()) return;
    char separator = '{';
    const auto add = [&](std::string_view name, std::string_view value) {
      text_ += separator;
      separator = ',';
      text_ += name;
      text_ += "=\"";
      AddEscaped(value, true);
      text_ += '"';
    };
    for (const Label& label : labels) add(label.name, label.value);
    if (!most.empty()) add("le", most);
    text_ += '}';
  }

  void AddValue(double value) { text_ += Concat(" ", NumberText(value), "\n"); }

  // OpenMetrics wants `1.0` as a bound of a bucket.
  std::string BoundText(double value) const {
    std::string text = NumberText(value);
    if (is_open_metrics() && text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
  }

  static std::string NumberText(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    constexpr double kWholeMax = 9007199254740992;  // 2^53
    char text[32];
    const std::to_chars_result end =
        value == std::floor(value) && std::fabs(value) < kWholeMax
            ? std::to_chars(text, text + sizeof text, static_cast<int64_t>(value))
            : std::to_chars(text, text + sizeof text, value, std::chars_format::general);
    return {text, end.ptr};
  }

  void AddHistogram(std::string_view name, const HistogramSample& sample) {
    uint64_t count = 0;
    const auto add_bucket = [&](std::string_view most) {
      Add(name, "_bucket");
      AddLabels(sample.labels, most);
      AddValue(static_cast<double>(count));
    };
    for (const HistogramSample::Bucket& bucket : sample.buckets) {
      count += bucket.count;
      add_bucket(BoundText(bucket.most));
    }
    count += sample.more;
    add_bucket("+Inf");
    Add(name, "_sum");
    AddLabels(sample.labels, "");
    AddValue(sample.sum);
    Add(name, "_count");
    AddLabels(sample.labels, "");
    AddValue(static_cast<double>(count));
  }

  const ExpositionFormat format_;
  std::string text_;
};

std::string_view Trimmed(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t");
  if (start == std::string_view::npos) return "";
  return text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

// The first piece of the text up to `separator`, which is taken from it.
std::string_view TakePiece(std::string_view* text, char separator) {
  const size_t end = text->find(separator);
  const std::string_view piece = Trimmed(text->substr(0, end));
  *text = end == std::string_view::npos ? "" : text->substr(end + 1);
  return piece;
}

bool IsRefused(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = TakePiece(&parameters, ';');
    if (!parameter.starts_with("q=")) continue;
    return parameter.find_first_not_of("0.", 2) == std::string_view::npos;
  }
  return false;
}

}  // namespace

ExpositionFormat ChooseFormat(std::string_view accept) {
  while (!accept.empty()) {
    std::string_view range = TakePiece(&accept, ',');
    const std::string_view type = TakePiece(&range, ';');
    if (type == "application/openmetrics-text" && !IsRefused(range)) {
      return ExpositionFormat::kOpenMetrics;
    }
  }
  return ExpositionFormat::kPrometheusText;
}

std::string_view ContentTypeOf(ExpositionFormat format) {
  return format == ExpositionFormat::kOpenMetrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

std::string WriteExposition(std::span<const Family> families, ExpositionFormat format) {
  Writer writer(format);
  for (const Family& family : families) writer.Add(family);
  return writer.Finish();
}

}  // namespace tern::resolver::control
