#include "stages/langdetect/cld2_answer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "pipeline/utf8.h"
#include "tests/reference/cld2_library_answer.h"

namespace owt::langdetect {
namespace {

using reference::Cld2Difference;

constexpr CLD2::CLDHints kNoHints = {nullptr, nullptr, CLD2::UNKNOWN_ENCODING,
                                     CLD2::UNKNOWN_LANGUAGE};

void ExpectEqual(const std::string& text) {
  ASSERT_EQ(Cld2Difference(text, kNoHints, 0), "") << text.size() << " " << text.substr(0, 200);
}

std::string Repeated(const std::string& part, size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += part;
  return text;
}

const std::vector<std::string>& Samples() {
  static const std::vector<std::string> samples = {
      "The quick brown fox jumps over the lazy dog, and then it sleeps until the next morning. ",
      "Der schnelle braune Fuchs springt \u00FCber den faulen Hund und schl\u00E4ft bis zum "
      "Morgen. ",
      "\u0412\u0441\u0435 \u043B\u044E\u0434\u0438 \u0440\u043E\u0436\u0434\u0430\u044E\u0442\u0441"
      "\u044F \u0441\u0432\u043E\u0431\u043E\u0434\u043D\u044B\u043C\u0438. ",
      "\u4EBA\u4EBA\u751F\u800C\u81EA\u7531\uFF0C\u5728\u5C0A\u4E25\u548C\u6743\u5229\u4E0A\u4E00"
      "\u5F8B\u5E73\u7B49\u3002",
      "\u65E5\u672C\u8A9E\u306E\u6587\u7AE0\u3067\u3059\u3002",
      "\u0E44\u0E17\u0E22\u0E20\u0E32\u0E29\u0E32 ",
      "\u05E9\u05DC\u05D5\u05DD \u05DC\u05DB\u05D5\u05DC\u05DD ",
      "12345 ?! \U0001F600 ",
      "Te reo M\u0101ori, ko te reo taketake o Aotearoa. ",
  };
  return samples;
}

// Every character between letters of Latin and of its neighbours' scripts.
TEST(AskCld2, EveryCharacter) {
  std::string text;
  for (char32_t c = 1; c < 0x110000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    text += 'a';
    AppendUtf8(c, &text);
    AppendUtf8(c, &text);
    text += c % 3 == 0 ? " " : "b";
    AppendUtf8(c, &text);
    if (c % 256 != 0) continue;
    ExpectEqual(text);
    text.clear();
  }
  ExpectEqual(text);
}

TEST(AskCld2, EveryLength) {
  for (const std::string& sample : Samples()) {
    const std::string text = Repeated(sample, 400);
    for (size_t begin = 0; begin < text.size(); ++begin) {
      if ((static_cast<uint8_t>(text[begin]) & 0xC0) == 0x80) continue;
      ExpectEqual(text.substr(begin));
    }
  }
}

// Parts of a thousand grams, spans of 40 KB, and the two halves that the last 80 KB are.
TEST(AskCld2, LongTexts) {
  for (const size_t bytes : {3000, 40'900, 40'930, 60'000, 81'800, 81'860, 130'000}) {
    for (const std::string& sample : Samples()) {
      ExpectEqual(Repeated(sample, bytes));
      ExpectEqual(Repeated(sample.substr(0, sample.find(' ')), bytes));  // one word, no space
      ExpectEqual(Repeated(sample, bytes) + Repeated(Samples()[1], bytes));
    }
  }
  ExpectEqual(Repeated("\u023A", 100'000));  // longer when it is small
  ExpectEqual(Repeated("x y ", 100'000));
}

TEST(AskCld2, MixedTexts) {
  std::mt19937 random(1);
  const auto below = [&random](size_t end) { return random() % end; };
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (size_t parts = below(8) + 1; parts-- > 0;) {
      const std::string& sample = Samples()[below(Samples().size())];
      text += Repeated(sample, below(i % 10 == 0 ? 5000 : 200));
      for (size_t chars = below(4); chars-- > 0;) {
        AppendUtf8(static_cast<char32_t>(below(2) == 0 ? below(0x600) : below(0xD7FF)), &text);
      }
    }
    ExpectEqual(text);
  }
}

TEST(AskCld2, Hints) {
  for (const char* domain : {"id", "de", "rs", "no", "tw", ""}) {
    for (const char* languages : {"mi,en", "zh-Hant", "sr-Latn, hr", "no", "x", ""}) {
      const CLD2::CLDHints hints = {languages, domain, CLD2::UNKNOWN_ENCODING,
                                    CLD2::UNKNOWN_LANGUAGE};
      for (const std::string& sample : Samples()) {
        for (const int flags : {0, static_cast<int>(CLD2::kCLDFlagBestEffort)}) {
          EXPECT_EQ(Cld2Difference(sample, hints, flags), "") << domain << languages << sample;
        }
      }
    }
  }
}

TEST(AskCld2, NothingIsUnknown) {
  const Cld2Answer answer = AskCld2("", kNoHints, 0);
  EXPECT_EQ(answer.languages[0], CLD2::UNKNOWN_LANGUAGE);
  EXPECT_FALSE(answer.reliable);
  ExpectEqual("");
  ExpectEqual(" ");
  ExpectEqual("a");
}

// The library reads on behind a text that ends within a word.
TEST(AskCld2, WhatStandsBehindTheTextDoesNotCount) {
  const std::string text = "\u0416\u0416\u0416 aaa";
  const std::string_view first = std::string_view(text).substr(0, 8);
  const std::string alone(first);
  EXPECT_EQ(AskCld2(first, kNoHints, 0), AskCld2(alone, kNoHints, 0));
}

}  // namespace
}  // namespace owt::langdetect
