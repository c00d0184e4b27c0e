#include "resolver/tool/mail_doctor.h"

#include "gtest/gtest.h"
#include "tests/resolver/tool/made_answers.h"

namespace tern::resolver::tool {
namespace {

const std::string kConf = "/r";  // NOLINT: a path

TEST(MailDoctorTest, ANameServerOfThisMachineIsWell) {
  for (const char* text : {"nameserver 127.0.0.1\n", "# x\nnameserver\t::1", "search a\n"}) {
    const Finding finding = CheckNameServers(kConf, text);
    EXPECT_EQ(finding.grade, FindingGrade::kGood) << text;
    EXPECT_EQ(finding.change, "");
  }
}

TEST(MailDoctorTest, AnotherNameServerIsReplacedOrRemoved) {
  Finding finding = CheckNameServers(kConf, "search a\nnameserver 192.0.2.1\n");
  EXPECT_EQ(finding.grade, FindingGrade::kBad);
  EXPECT_EQ(finding.change, "/r:2: nameserver 127.0.0.1");
  finding = CheckNameServers(kConf, "nameserver 192.0.2.1\nnameserver 127.0.0.1\n");
  EXPECT_EQ(finding.change, "/r:1: remove this line");
  finding = CheckNameServers(kConf, "nameserver 192.0.2.1\nnameserver 192.0.2.2\n");
  EXPECT_EQ(finding.change, "/r:1: nameserver 127.0.0.1\n/r:2: remove this line");
}

TEST(MailDoctorTest, StubsThatForwardAreNotThisMachinesResolver) {
  EXPECT_NE(CheckNameServers(kConf, "nameserver 127.0.0.53\n").text.find("systemd-resolved"),
            std::string::npos);
  EXPECT_NE(CheckNameServers(kConf, "nameserver 127.0.0.11\n").text.find("Docker"),
            std::string::npos);
  EXPECT_EQ(CheckNameServers(kConf, "nameserver \x1b[2J\n").text, "\\x1b[2J is no address");
}

TEST(MailDoctorTest, MissingOptionsAreAddedToTheLastOptionsLine) {
  EXPECT_EQ(CheckResolverOptions(kConf, "options trust-ad\noptions x edns0\n").grade,
            FindingGrade::kGood);
  EXPECT_EQ(CheckResolverOptions(kConf, "nameserver ::1\n").change,
            "/r: add the line: options edns0 trust-ad");
  const Finding finding = CheckResolverOptions(kConf, "a\noptions timeout:1 edns0\n");
  EXPECT_EQ(finding.grade, FindingGrade::kBad);
  EXPECT_EQ(finding.change, "/r:2: options timeout:1 edns0 trust-ad");
}

TEST(MailDoctorTest, TheChrootCopyIsEqualOrCopiedAnew) {
  const auto check = [](const std::optional<absl::StatusOr<std::string>>& copy) {
    return CheckChrootCopy(kConf, "x\n", "/c", copy);
  };
  EXPECT_EQ(check("x\n").grade, FindingGrade::kGood);
  EXPECT_EQ(check(std::nullopt).grade, FindingGrade::kSkipped);
  EXPECT_EQ(check("y\n").change, "cp /r /c && postfix reload");
  EXPECT_EQ(check(absl::StatusOr<std::string>(absl::NotFoundError("/c: none"))).grade,
            FindingGrade::kBad);
}

TEST(MailDoctorTest, TheResolverHasToResolveTheRoot) {
  const Endpoint server = *Endpoint::Parse("127.0.0.1:53", 0);
  MadeAnswers made;
  made.Add(".", wire::RRType::kNS, {"a.root."});
  EXPECT_EQ(CheckResolver(server, made.Asking()).grade, FindingGrade::kGood);
  made.Fail(".", wire::RRType::kNS, AnswerKind::kFailure, "REFUSED");
  EXPECT_EQ(CheckResolver(server, made.Asking()).grade, FindingGrade::kBad);
  EXPECT_NE(CheckResolver(server, made.Asking()).text.find("REFUSED"), std::string::npos);
  made.Fail(".", wire::RRType::kNS, AnswerKind::kNoReply, "timeout");
  EXPECT_EQ(CheckResolver(server, made.Asking()).grade, FindingGrade::kSilent);
}

TEST(MailDoctorTest, ABlockListThatRefusesIsToBeChanged) {
  EXPECT_EQ(FindingOf({.zone = "l.", .verdict = BlockListVerdict::kWorks}).grade,
            FindingGrade::kGood);
  EXPECT_EQ(FindingOf({.zone = "l.", .verdict = BlockListVerdict::kRefuses}).grade,
            FindingGrade::kBad);
  EXPECT_EQ(FindingOf({.zone = "l.", .verdict = BlockListVerdict::kSilent}).grade,
            FindingGrade::kSilent);
}

TEST(MailDoctorTest, ExitCodesTellChangesFromSilence) {
  const Finding good = {.part = "a"};
  const Finding skipped = {.part = "a", .grade = FindingGrade::kSkipped};
  const Finding bad = {.part = "a", .grade = FindingGrade::kBad};
  const Finding silent = {.part = "a", .grade = FindingGrade::kSilent};
  EXPECT_EQ(ExitOf(std::vector{good, skipped}), 0);
  EXPECT_EQ(ExitOf(std::vector{good, bad}), 1);
  EXPECT_EQ(ExitOf(std::vector{silent, bad}), 3);
}

}  // namespace
}  // namespace tern::resolver::tool
