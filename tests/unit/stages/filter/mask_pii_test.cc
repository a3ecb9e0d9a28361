#include "stages/filter/mask_pii.h"

#include <gtest/gtest.h>

#include <string>

#include "stages/filter/mask_phones.h"

namespace owt::filter {
namespace {

std::string Mask(std::string_view text, bool private_too = false) {
  std::string out;
  Changes changes;
  return MaskPii(text, {true, true, private_too}, &out, &changes) ? out : "unchanged";
}

TEST(MaskPii, Emails) {
  EXPECT_EQ(Mask("to john.doe+x@mail.example.co.uk."), "to email@example.com.");
  EXPECT_EQ(Mask("a@b.c d@e.f g@h.i"),
            "email@example.com firstname.lastname@example.org email@example.com");
  EXPECT_EQ(Mask("a@b @c.d a@.b a@b-.c a@-b.c"), "unchanged");
  EXPECT_EQ(Mask("a..b@c.d"), "a..email@example.com");
  EXPECT_EQ(Mask("a@b.c-.d"), "email@example.com-.d");
  EXPECT_EQ(Mask("\u00E9a@b.c"), "unchanged");  // no word begins at the a
  EXPECT_EQ(Mask("\u00E9a-b@c.d"), "\u00E9aemail@example.com");
  EXPECT_EQ(Mask("-@b.c"), "unchanged");
  EXPECT_EQ(Mask("me@[1.2.3.4] me@[1.2.3.x-1:]"),
            "email@example.com firstname.lastname@example.org");
  EXPECT_EQ(Mask("a@b.c@d.e"), "email@example.com@d.e");
}

TEST(MaskPii, Addresses) {
  EXPECT_EQ(Mask("at 8.8.8.8, 10.0.0.1 and 1.1.1.1"),
            "at 22.214.171.124, 10.0.0.1 and 126.96.36.199");
  EXPECT_EQ(Mask("10.0.0.1", true), "22.214.171.124");
  EXPECT_EQ(Mask("8.8.8 8.8.8.x 08.8.8.8"), "unchanged");
  EXPECT_EQ(Mask("18.8.8.256"), "22.214.171.1246");
  EXPECT_EQ(Mask("998.8.8.8"), "922.214.171.124");
  EXPECT_EQ(Mask("8.8.8.8.8.8.8.8"), "22.214.171.124.126.96.36.199");
}

TEST(MaskPhones, NumbersBehindWhiteSpace) {
  const auto mask = [](std::string_view text) {
    std::string out;
    Changes changes;
    return MaskPhones(text, &out, &changes) ? out : "unchanged";
  };
  EXPECT_EQ(mask("call \n(555) 123-4567."), "call |||PHONE_NUMBER||| .");
  EXPECT_EQ(mask(" 555.123.4567 5551234567"), " |||PHONE_NUMBER|||  |||PHONE_NUMBER||| ");
  EXPECT_EQ(mask(" 555 -. 123 45678"), " |||PHONE_NUMBER||| 8");
  EXPECT_EQ(mask("555-123-4567 (55) 123-4567 555-123--4567 1 555-12"), "unchanged");
}

TEST(MaskPii, PublicNetwork) {
  const auto address = [](uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    return a << 24 | b << 16 | c << 8 | d;
  };
  for (const uint32_t special :
       {address(0, 1, 2, 3), address(10, 255, 255, 255), address(100, 64, 0, 0),
        address(100, 127, 255, 255), address(127, 0, 0, 1), address(169, 254, 1, 1),
        address(172, 31, 0, 0), address(192, 0, 0, 1), address(192, 0, 2, 1),
        address(192, 168, 0, 1), address(198, 19, 0, 0), address(198, 51, 100, 0),
        address(203, 0, 113, 0), address(240, 0, 0, 0), address(255, 255, 255, 255)}) {
    EXPECT_FALSE(IsPublicAddress(special)) << special;
  }
  for (const uint32_t common :
       {address(1, 0, 0, 0), address(11, 0, 0, 0), address(100, 128, 0, 0), address(172, 32, 0, 0),
        address(192, 0, 0, 9), address(192, 0, 1, 0), address(198, 20, 0, 0),
        address(239, 255, 255, 255)}) {
    EXPECT_TRUE(IsPublicAddress(common)) << common;
  }
}

}  // namespace
}  // namespace owt::filter
