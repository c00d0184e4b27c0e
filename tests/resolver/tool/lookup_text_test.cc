#include "resolver/tool/lookup_text.h"

#include <cerrno>

#include "gtest/gtest.h"
#include "tests/resolver/tool/lookup_samples.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

TEST(TtlTextTest, NamesEveryUnitThatCounts) {
  EXPECT_EQ(TtlToText(0), "0s");
  EXPECT_EQ(TtlToText(59), "59s");
  EXPECT_EQ(TtlToText(3599), "59m59s");
  EXPECT_EQ(TtlToText(3600), "1h");
  EXPECT_EQ(TtlToText(90061), "1d1h1m1s");
  EXPECT_EQ(TtlToText(0x7fffffff), "24855d3h14m7s");
}

TEST(LookupTextTest, ShowsTheAnswerInColumns) {
  EXPECT_EQ(LookupText(Options("example.", wire::RRType::kMX), Raw(), MailReply()),
            "name    example. MX\n"
            "status  NOERROR  flags rd ra\n"
            "answer\n"
            "  example.  59m59s  MX  5 a.example.\n"
            "  example.  59m59s  MX  20 b.example.\n"
            "server  127.0.0.1:53 over UDP, 12.3 ms, 100 octets\n");
}

TEST(LookupTextTest, SaysWhetherTheAnswerIsSecure) {
  LookupReply reply = MailReply();
  reply.flags.push_back("ad");
  EXPECT_NE(LookupText(Options("example.", wire::RRType::kMX), Raw(), reply)
                .find("status  NOERROR  secure  flags rd ra ad\n"),
            std::string::npos);
}

TEST(LookupTextTest, ShowsTheAuthorityWhereThereIsNoAnswer) {
  LookupReply reply = MailReply();
  reply.sections[0].clear();
  EXPECT_EQ(LookupText(Options("example.", wire::RRType::kMX), Raw(), reply),
            "name    example. MX\n"
            "status  NOERROR (a referral)  flags rd ra\n"
            "authority\n"
            "  example.  1m  NS  ns.example.\n"
            "server  127.0.0.1:53 over UDP, 12.3 ms, 100 octets\n");
}

TEST(LookupTextTest, ShowsErrorsWithoutTouchingTheTerminal) {
  LookupReply reply;
  reply.rcode = wire::Rcode::kServFail;
  reply.extended_errors = {{22,
                            "gone\x1b[2J\xc2\x9b"
                            "1m"}};
  EXPECT_EQ(LookupText(Options("a.", wire::RRType::kA), Raw(), reply),
            "name    a. A\n"
            "status  SERVFAIL  flags\n"
            "error   22 (No Reachable Authority) gone\\x1b[2J\\xc2\\x9b1m\n"
            "server  127.0.0.1:53 over UDP, 12.3 ms, 100 octets\n");
}

TEST(LookupTextTest, SaysThatThereIsNoSuchName) {
  LookupReply reply;
  reply.rcode = wire::Rcode::kNXDomain;
  EXPECT_NE(LookupText(Options("a.", wire::RRType::kA), Raw(), reply)
                .find("status  NXDOMAIN (there is no such name)  flags\n"),
            std::string::npos);
}

TEST(LookupTextTest, AnExtendedErrorBesideAnAnswerIsANote) {
  LookupReply reply = MailReply();
  reply.extended_errors = {{3, ""}};
  EXPECT_NE(LookupText(Options("example.", wire::RRType::kMX), Raw(), reply)
                .find("\nnote    3 (Stale Answer)\n"),
            std::string::npos);
}

TEST(LookupTextTest, ShortIsTheDataOnly) {
  LookupOptions options = Options("example.", wire::RRType::kMX);
  options.brief = true;
  EXPECT_EQ(LookupText(options, Raw(), MailReply()), "5 a.example.\n20 b.example.\n");
}

TEST(LookupTextTest, TheStatusHasAColourOnATerminal) {
  LookupOptions options = Options("example.", wire::RRType::kMX);
  options.coloured = true;
  const std::string good = LookupText(options, Raw(), MailReply());
  EXPECT_NE(good.find("\x1b["), std::string::npos);
  LookupReply failed = MailReply();
  failed.rcode = wire::Rcode::kServFail;
  const std::string bad = LookupText(options, Raw(), failed);
  EXPECT_NE(good.substr(good.find('\x1b'), 6), bad.substr(bad.find('\x1b'), 6));
}

TEST(LookupTextTest, TellsTheStepsLikeATextbook) {
  LookupReply reply;
  reply.trace = "";
  for (const char* line :
       {R"({"step":1,"t_us":0,"kind":"start","question":"example.com. A"})",
        R"({"step":2,"t_us":30,"kind":"query","zone":".","server":"198.18.1.1:53",)"
        R"("transport":"udp","question":"com. A"})",
        R"({"step":3,"t_us":270,"kind":"reply","zone":".","server":"198.18.1.1:53",)"
        R"("transport":"udp","question":"com. A","rtt_us":240,"outcome":"referral",)"
        R"("learnt":"com. NS a.gtld."})",
        R"({"step":4,"t_us":280,"kind":"teleport","outcome":"done","colour":"blue","deep":[1]})",
        R"({"kind":"x\u001b[2J"})"}) {
    *reply.trace += std::string(line) + "\n";
  }
  const std::string text =
      LookupText(Options("example.com.", wire::RRType::kA, true), Raw(), reply);
  EXPECT_EQ(text.substr(0, text.find("status")),
            "name    example.com. A\n"
            "steps\n"
            "   1.     0.0 ms  start    example.com. A\n"
            "   2.     0.0 ms  query    ask 198.18.1.1:53 over udp for com. A (zone .)\n"
            "   3.     0.3 ms  reply    198.18.1.1:53: referral after 0.2 ms\n"
            "                  learnt   com. NS a.gtld.\n"
            "   4.     0.3 ms  teleport done colour=blue deep=[1]\n"
            "   5.             x\\x1b[2J \n");
}

// The account is a server's, which may write any number.
TEST(LookupTextTest, ShowsNoTimeForANumberThatIsNone) {
  LookupReply reply;
  reply.trace = "";
  for (const char* number : {"18446744073709551616", "18446744073709551615", "1125899906842624",
                             "1e300", "-1", "0.5", "null", "1e999", "1125899906842623"}) {
    *reply.trace +=
        Concat(R"({"t_us":)", number, R"(,"rtt_us":)", number, R"(,"kind":"reply"})", "\n");
  }
  *reply.trace += R"({"step":123456789012345678901234567890})";
  const std::string text = LookupText(Options("a.", wire::RRType::kA, true), Raw(), reply);
  EXPECT_EQ(text.substr(0, text.find("status")),
            "name    a. A\n"
            "steps\n"
            "   1.             reply    \n"
            "   2.             reply    \n"
            "   3.             reply    \n"
            "   4.             reply    \n"
            "   5.             reply    \n"
            "   6.             reply    \n"
            "   7.             reply    \n"
            "   8. 1125899906842.6 ms  reply     after 1125899906842.6 ms\n"
            "1.23456789012345.                      \n");
}

TEST(LookupTextTest, SaysWhenTheServerGaveNoAccount) {
  const std::string text = LookupText(Options("a.", wire::RRType::kA, true), Raw(), LookupReply());
  EXPECT_NE(text.find("no account of the steps"), std::string::npos) << text;
}

TEST(NoReplyTest, NamesServerAndReason) {
  RawReply raw;
  raw.outcome = LookupOutcome::kTimeout;
  EXPECT_EQ(NoReplyText(Options("a.", wire::RRType::kA), raw),
            "tern: a. A: no answer from 127.0.0.1:53: timeout\n");
  raw.outcome = LookupOutcome::kUnreachable;
  raw.error = ECONNREFUSED;
  EXPECT_EQ(NoReplyText(Options("a.", wire::RRType::kA), raw),
            "tern: a. A: no answer from 127.0.0.1:53: Connection refused\n");
}

}  // namespace
}  // namespace tern::resolver::tool
