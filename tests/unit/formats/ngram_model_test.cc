#include "formats/ngram_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <utility>

#include "formats/arpa_reader.h"
#include "formats/kenlm_binary.h"
#include "pipeline/error.h"
#include "tests/support/ngram_model_bytes.h"
#include "tests/support/scratch_folder.h"

namespace owt::formats {
namespace {

using tests::kSmallArpa;
using tests::MemoryInput;

// What is wrong with an ARPA file; empty where nothing is.
std::string ArpaError(std::string_view bytes) {
  MemoryInput input(bytes);
  try {
    ReadArpa(input, "m.arpa");
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_EQ(error.file(), "m.arpa");
    return error.message();
  }
}

// The small model with one part put for another.
std::string Changed(std::string_view part, std::string_view other) {
  std::string bytes(kSmallArpa);
  const size_t at = bytes.find(part);
  EXPECT_NE(at, bytes.npos) << part;
  return bytes.replace(at, part.size(), other);
}

// Without the pruned n-gram, so that the tables are as large as KenLM's.
std::string SmallKenlm() {
  std::string arpa = Changed("-0.015625\t<s> b b\n", "");
  arpa.replace(arpa.find("ngram 3=3"), 9, "ngram 3=2");
  MemoryInput input(arpa);
  NgramBuilder model = ReadArpa(input, "m");
  return tests::KenlmBytes(model.Finish(), std::array<uint64_t, 3>{5, 5, 2});
}

std::string KenlmError(std::string bytes) {
  bytes.shrink_to_fit();  // the address sanitizer sees what is read behind it
  try {
    ParseKenlmBinary(bytes, "m.bin");
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    return error.message();
  }
}

std::string KenlmErrorWith(size_t position, std::string_view bytes) {
  return KenlmError(SmallKenlm().replace(position, bytes.size(), bytes));
}

TEST(NgramHash, IsMurmurHash64A) {
  // What KenLM's own code answers, seed 0.
  constexpr uint64_t kOfBeginnings[] = {
      0x0A5D08D6299C4888, 0xED1EE14AA9F597B0, 0xB26B00896960CB14, 0x92B7977746710C51,
      0x02C468F7605BFECB, 0x99CDA13344B54B1F, 0xAE9EBD2095279402,
  };
  for (size_t size = 1; size <= std::size(kOfBeginnings); ++size) {
    EXPECT_EQ(HashNgramWord(std::string_view("1234567").substr(0, size)), kOfBeginnings[size - 1]);
  }
  EXPECT_EQ(HashNgramWord(""), 0u);
  EXPECT_EQ(HashNgramWord("<unk>"), 0xEA91E7561F5B392Bu);
  EXPECT_EQ(HashNgramWord("\xE9\xFF\x80"), 0xFC46B43075D953E9u);
  EXPECT_EQ(HashNgramWord("12345678"), 0x758F67D162B2D202u);
  EXPECT_EQ(HashNgramWord("123456789abcdefgh"), 0xD332379C199E65C1u);
}

TEST(NgramHash, FastModuloIsModulo) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100000; ++i) {
    const uint64_t divisor = std::max<uint64_t>(random() >> (random() % 64), 1);
    const uint64_t n = i % 10 == 0 ? ~uint64_t{0} - random() % 3 : random() >> (random() % 64);
    ASSERT_EQ(FastModulo(divisor)(n), n % divisor) << n << " % " << divisor;
  }
  EXPECT_EQ(FastModulo(1)(~uint64_t{0}), 0u);
  EXPECT_EQ(FastModulo(~uint64_t{0})(~uint64_t{0}), 0u);
}

TEST(ProbingTable, EndsWhereNoPlaceIsFree) {
  std::string entries(36, 'x');
  EXPECT_EQ(ProbingTable<12>(entries.data(), 3).Find(7), nullptr);
}

TEST(ProbingTable, GrowsPastWhatWasDeclared) {
  ProbingTableBuilder<12> builder(3);
  bool is_new;
  for (uint64_t key = 1; key <= 100000; ++key) {
    const auto value = static_cast<uint32_t>(key * 7);
    std::memcpy(builder.FindOrAdd(key * 0x9E3779B97F4A7C15u, &is_new), &value, sizeof value);
    ASSERT_TRUE(is_new);
  }
  builder.FindOrAdd(0x9E3779B97F4A7C15u, &is_new);
  EXPECT_FALSE(is_new);
  const ProbingTableBuilder<12> moved = std::move(builder);
  for (uint64_t key = 1; key <= 100000; ++key) {
    const char* found = moved.table().Find(key * 0x9E3779B97F4A7C15u);
    ASSERT_NE(found, nullptr);
    ASSERT_EQ(LoadAt<uint32_t>(found), key * 7);
  }
  EXPECT_EQ(moved.table().Find(1), nullptr);
}

TEST(ProbingTable, TrustsTheDeclaredSizeOnlyAsItIsReached) {
  ProbingTableBuilder<16> builder(uint64_t{1} << 60);
  EXPECT_LT(builder.table().buckets(), 2000u);
}

TEST(Arpa, Reads) {
  MemoryInput input(kSmallArpa);
  NgramBuilder model = ReadArpa(input, "m");
  const NgramTables tables = model.Finish();
  EXPECT_EQ(tables.order, 3);
  EXPECT_EQ(tables.num_words, 5u);
  EXPECT_EQ(tables.IdOf(HashNgramWord("<unk>")), 0u);
  EXPECT_EQ(tables.IdOf(HashNgramWord("c")), 0u);
  const NgramWeights b = tables.Unigram(tables.IdOf(HashNgramWord("b")));
  EXPECT_EQ(b.probability(), -0.625f);
  EXPECT_EQ(b.backoff, -0.125f);
  EXPECT_TRUE(b.ends_longer());
  EXPECT_TRUE(b.begins_longer());
}

TEST(Arpa, TakesOtherSpellings) {
  EXPECT_EQ(ArpaError(kSmallArpa), "");
  std::string windows;
  for (const char c : kSmallArpa) windows += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_EQ(ArpaError(windows), "");
  EXPECT_EQ(ArpaError("# made by hand\n\n" + std::string(kSmallArpa)), "");
  EXPECT_EQ(ArpaError(Changed("-0.5\ta\t-0.25", " -5e-1 a  -0.25 ")), "");
  EXPECT_EQ(ArpaError(Changed("-0.25", "-1e-60")), "");
  EXPECT_EQ(ArpaError(Changed("<s> a b\n", "<s> a b\t0\n")), "");
  EXPECT_EQ(ArpaError(Changed("\\end\\\n", "\\end\\")), "");
}

TEST(Arpa, SaysWhatIsWrong) {
  using ::testing::HasSubstr;
  const std::pair<std::string, std::string> cases[] = {
      {"", R"(line 0: there is no \data\)"},
      {"text\n", R"(line 1: 'text' stands where an ARPA file has \data\)"},
      {Changed("ngram 2=", "ngram 3="), "line 4: it is not 'ngram 2=' and a number"},
      {Changed("ngram 2=5", "ngram 2=-5"), "line 4: it is not"},
      {Changed("ngram 2=5\nngram 3=3\n", ""), "a model of words alone"},
      {Changed("ngram 3=3\n",
               "ngram 3=3\nngram 4=0\nngram 5=0\nngram 6=0\nngram 7=0\nngram 8=0\n"
               "ngram 9=0\nngram 10=0\nngram 11=0\n"),
       "more than 10 orders"},
      {Changed("\\2-grams:", "\\3-grams:"), R"('\2-grams:' is missing)"},
      {Changed("ngram 1=5", "ngram 1=6"), "'' is no log10 of a probability"},
      {Changed("ngram 1=5", "ngram 1=4"), R"('\2-grams:' is missing)"},
      {Changed("-0.5\ta b", "0.5\ta b"), "line 17: a probability of more than 1"},
      {Changed("-0.5\ta b", "nan\ta b"), "'nan' is no log10 of a probability"},
      {Changed("-0.5\ta b", "-inf\ta b"), "'-inf' is no log10 of a probability"},
      {Changed("-0.5\ta b", "-0.5x\ta b"), "'-0.5x' is no log10 of a probability"},
      {Changed("a\t-0.25", "a\tinf"), "'inf' is no log10 of a backoff"},
      {Changed("-0.5\ta b", "-0.5\ta c"), "'c' is in no 1-gram"},
      {Changed("-0.5\ta b", "-0.5\ta"), "fewer than 2 words"},
      {Changed("-0.5\ta b", "-0.5\ta b -1 -1"), "more fields than the n-gram has"},
      {Changed("-0.875\t<s> b", "-0.875\t<s> <s>"), "line 24: its first 2 words are no 2-gram"},
      {Changed("<s> a b\n", "<s> a b\t-1\n"), "an n-gram of the highest order has a backoff"},
      {Changed("-99\t<s>", "-99\ts"), "no 1-gram is <s>"},
      {Changed("-0.75\t</s>", "-0.75\ts"), "no 1-gram is </s>"},
      {Changed("\\end\\", ""), R"(\end\ is missing)"},
      {Changed("\\end\\", "\\end\\\nmore"), R"(it stands behind \end\)"},
      {Changed("ngram 3=3", "ngram 3=9999999999999999"), "is no log10"},
  };
  for (const auto& [bytes, wanted] : cases) EXPECT_THAT(ArpaError(bytes), HasSubstr(wanted));
  EXPECT_THAT(ArpaError(std::string(3 << 20, 'x')), HasSubstr("longer than 1 MiB"));
}

TEST(Kenlm, ReadsItsTables) {
  const std::string bytes = SmallKenlm();
  const NgramTables tables = ParseKenlmBinary(bytes, "m");
  EXPECT_EQ(tables.order, 3);
  EXPECT_EQ(tables.num_words, 5u);
  const uint32_t a = tables.IdOf(HashNgramWord("a"));
  const uint32_t b = tables.IdOf(HashNgramWord("b"));
  const char* weights = tables.middle[0].Find(ExtendNgramKey(a, b));
  ASSERT_NE(weights, nullptr);
  EXPECT_EQ(LoadAt<NgramWeights>(weights).probability(), -0.75f);
  EXPECT_EQ(tables.middle[0].Find(ExtendNgramKey(a, a)), nullptr);
}

TEST(Kenlm, SaysWhatIsWrong) {
  using ::testing::HasSubstr;
  const std::string nan("\0\0\xC0\x7F", 4);
  EXPECT_EQ(KenlmError(SmallKenlm()), "");
  EXPECT_THAT(KenlmErrorWith(0, "x"), HasSubstr("it does not begin as one"));
  EXPECT_THAT(KenlmErrorWith(33, " incomplete\n"), HasSubstr("build_binary did not finish it"));
  EXPECT_THAT(KenlmErrorWith(49, "4"), HasSubstr("another version than 5"));
  EXPECT_THAT(KenlmErrorWith(60, "x"), HasSubstr("a machine with other numbers"));
  EXPECT_THAT(KenlmErrorWith(88, "\x01"), HasSubstr("its order is 1"));
  EXPECT_THAT(KenlmErrorWith(88, "\x0B"), HasSubstr("its order is 11"));
  EXPECT_THAT(KenlmErrorWith(92, nan), HasSubstr("nan times as large"));
  EXPECT_THAT(KenlmErrorWith(96, "\x01"), HasSubstr("rest costs, and only probing hash tables"));
  EXPECT_THAT(KenlmErrorWith(96, "\x03"), HasSubstr("'build_binary probing MODEL.arpa MODEL.bin'"));
  EXPECT_THAT(KenlmErrorWith(96, "\x09"), HasSubstr("there is no type 9"));
  EXPECT_THAT(KenlmErrorWith(104, "\x01"), HasSubstr("its tables are of version 1"));
  EXPECT_THAT(KenlmErrorWith(108, "\xFF\xFF"), HasSubstr("more than the file has bytes"));
  EXPECT_THAT(KenlmErrorWith(108, "\xFF"), HasSubstr("more than the file has"));
  EXPECT_THAT(KenlmErrorWith(136, "\x01"), HasSubstr("its words are of version 1"));
  EXPECT_THAT(KenlmErrorWith(140, "\x07"), HasSubstr("7 words, of which 6"));
  EXPECT_THAT(KenlmErrorWith(140, "\x04"), HasSubstr("a word has the id 4 of 4"));
  EXPECT_THAT(KenlmErrorWith(SmallKenlm().size() - 1, "x"), HasSubstr("not where its tables end"));
}

TEST(Kenlm, EveryCutIsAnError) {
  const std::string bytes = SmallKenlm();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE(KenlmError(bytes.substr(0, size)), "") << size;
  }
}

TEST(NgramModel, SeesWhatAFileIs) {
  const tests::ScratchFolder folder;
  tests::WriteAll(folder.File("m.arpa"), kSmallArpa);
  EXPECT_EQ(NgramModel(folder.File("m.arpa")).tables().num_words, 5u);
  tests::WriteAll(folder.File("m.bin"), SmallKenlm());
  NgramModel first(folder.File("m.bin"));
  const NgramModel second = std::move(first);
  EXPECT_EQ(second.tables().num_words, 5u);
}

}  // namespace
}  // namespace owt::formats
