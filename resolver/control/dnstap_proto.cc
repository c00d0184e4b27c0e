// The code that protoc-c makes of dnstap.proto. It is C, and compiles as C++.
#include <dnstap.pb-c.c>  // NOLINT(bugprone-suspicious-include)
