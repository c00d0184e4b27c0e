#include "wire/check.h"

#include <cstdio>
#include <cstdlib>

namespace tern {
namespace {

std::atomic<CheckReport> check_report = nullptr;
std::atomic<uint64_t> failed_checks = 0;

}  // namespace

void FailRequire(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: broken contract: %s\n", file, line, condition);
  std::abort();
}

void SetCheckReport(CheckReport report) { check_report.store(report, std::memory_order_relaxed); }

uint64_t FailedChecks() { return failed_checks.load(std::memory_order_relaxed); }

void FailCheck(const char* file, int line, const char* condition) {
  const CheckReport report = check_report.load(std::memory_order_relaxed);
  if (report == nullptr) {
    std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
    std::abort();
  }
  failed_checks.fetch_add(1, std::memory_order_relaxed);
  report(file, line, condition);
}

}  // namespace tern
