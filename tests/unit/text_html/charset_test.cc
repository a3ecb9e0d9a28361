#include "stages/text/charset.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "pipeline/utf8.h"

namespace owt::text {
namespace {

std::string Decoded(std::string_view page, std::string_view http = {}) {
  const DecodedPage result = DecodePage(page, http);
  return std::string(result.Utf8(page));
}

TEST(CharsetTest, LabelsAreThoseOfTheEncodingStandard) {
  EXPECT_EQ(CanonicalEncoding("latin1"), "windows-1252");
  EXPECT_EQ(CanonicalEncoding(" ISO-8859-1\n"), "windows-1252");
  EXPECT_EQ(CanonicalEncoding("GB2312"), "gbk");
  EXPECT_EQ(CanonicalEncoding("x-sjis"), "shift_jis");
  EXPECT_EQ(CanonicalEncoding("utf8"), "utf-8");
  EXPECT_EQ(CanonicalEncoding("klingon"), "");
  EXPECT_EQ(CanonicalEncoding(""), "");
  EXPECT_EQ(CanonicalEncoding(std::string(1000, 'a')), "");
}

TEST(CharsetTest, ValidUtf8WinsOverEveryLabel) {
  const std::string page = "<meta charset=iso-8859-1>Gr\u00FC\u00DFe";
  const DecodedPage result = DecodePage(page, "koi8-r");
  EXPECT_TRUE(result.as_is);
  EXPECT_EQ(result.Utf8(page), page);
  EXPECT_EQ(result.source, CharsetSource::kValidUtf8);
}

TEST(CharsetTest, ByteOrderMarks) {
  EXPECT_EQ(Decoded("\xEF\xBB\xBF"
                    "a\u00E4"),
            "a\u00E4");
  EXPECT_EQ(Decoded(std::string_view("\xFF\xFE"
                                     "a\0\xE4\0",
                                     6)),
            "a\u00E4");
  EXPECT_EQ(Decoded(std::string_view("\xFE\xFF"
                                     "\0a\0\xE4",
                                     6)),
            "a\u00E4");
}

TEST(CharsetTest, TransportLabelComesBeforeMeta) {
  const std::string page = "<meta charset=windows-1251>\xE4";
  EXPECT_EQ(Decoded(page, "iso-8859-1"), "<meta charset=windows-1251>\u00E4");
  EXPECT_EQ(Decoded(page, "no-such-label"), "<meta charset=windows-1251>\u0434");
}

TEST(CharsetTest, MetaIsFoundBeyondTheFirstKibibyte) {
  const std::string head = "<html><head><script>" + std::string(5000, ' ') + "</script>";
  const std::string meta = "<META HTTP-EQUIV=Content-Type CONTENT='text/html; charset = koi8-r'>";
  EXPECT_EQ(DeclaredCharset(head + meta), "koi8-r");
  EXPECT_EQ(Decoded(head + meta + "\xD4\xC5\xD3\xD4"), head + meta + "\u0442\u0435\u0441\u0442");
  EXPECT_EQ(DeclaredCharset("<head></head><body><meta charset=koi8-r>"), "");
  EXPECT_EQ(DeclaredCharset("<!-- <meta charset=big5> --><meta charset=\"euc-kr\">"), "euc-kr");
  EXPECT_EQ(DeclaredCharset("<?xml version='1.0' encoding='euc-jp'?>"), "euc-jp");
}

TEST(CharsetTest, MultibyteEncodings) {
  EXPECT_EQ(Decoded("\x93\xFA\x96\x7B", "shift_jis"), "\u65E5\u672C");
  EXPECT_EQ(Decoded("\xC6\xFC\xCB\xDC", "euc-jp"), "\u65E5\u672C");
  EXPECT_EQ(Decoded("\xD6\xD0\xCE\xC4", "gb2312"), "\u4E2D\u6587");
  EXPECT_EQ(Decoded("\xA4\xA4\xA4\xE5", "big5"), "\u4E2D\u6587");
  EXPECT_EQ(Decoded("\xC7\xD1\xB1\xDB", "euc-kr"), "\uD55C\uAE00");
}

TEST(CharsetTest, Windows1252IsTheLastResort) {
  EXPECT_EQ(Decoded("\x93quoted\x94 \x80"), "\u201Cquoted\u201D \u20AC");
}

TEST(CharsetTest, AFewBadBytesDoNotTurnUtf8IntoMojibake) {
  std::string page;
  for (int i = 0; i < 50; ++i) page += "\u00E9t\u00E9 ";
  const DecodedPage result = DecodePage(page + "\xFF", "");
  EXPECT_EQ(result.encoding, "utf-8");
  EXPECT_EQ(result.num_replaced, 1u);
  EXPECT_EQ(result.decoded, page + "\uFFFD");
}

TEST(CharsetTest, ALabelThatIsMostlyWrongPassesTheTurnOn) {
  std::string cyrillic;  // windows-1251, labelled as EUC-JP by a careless server
  for (int i = 0; i < 40; ++i) cyrillic += "\xCF\xF0\xE8\xE2\xE5\xF2, \xEC\xE8\xF0! ";
  EXPECT_NE(DecodePage(cyrillic, "utf-8").encoding, "utf-8");
}

TEST(CharsetTest, OutputIsValidUtf8WhateverTheInput) {
  std::mt19937 random(7);
  const std::string_view labels[] = {"",
                                     "utf-8",
                                     "shift_jis",
                                     "gb18030",
                                     "big5",
                                     "iso-2022-jp",
                                     "utf-16le",
                                     "euc-kr",
                                     "koi8-u",
                                     "euc-jp",
                                     "iso-8859-16",
                                     "replacement",
                                     "iso-8859-8-i",
                                     "x-user-defined"};
  for (int round = 0; round < 2000; ++round) {
    std::string page(random() % 200, '\0');
    for (char& c : page) c = static_cast<char>(random());
    const std::string_view label = labels[random() % std::size(labels)];
    const DecodedPage result = DecodePage(page, label);
    EXPECT_EQ(FindInvalidUtf8(result.Utf8(page)), std::string_view::npos);
    EXPECT_LE(result.decoded.size(), 3 * page.size() + 8);
  }
}

}  // namespace
}  // namespace owt::text
