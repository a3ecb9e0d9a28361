#include "pipeline/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/config.h"
#include "pipeline/error.h"
#include "pipeline/options_parse.h"
#include "pipeline/output_file.h"
#include "tests/support/scratch_folder.h"

namespace owt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Values {
  int count = 3;
  uint64_t size = 1 << 20;
  double rate = 0.5;
  bool flag = false;
  std::string name = "x";
  std::string mode = "a";
  std::vector<std::string> keys = {"text"};

  OptionSet Declare() {
    OptionSet options;
    options.Integer("count", &count, 1, 10, "a count")
        .Short('c')
        .Size("size", &size, "a size")
        .Real("rate", &rate, 0, 1, "a rate")
        .Flag("flag", &flag, "a flag")
        .Text("name", &name, "NAME", "a name")
        .Choice("mode", &mode, {"a", "b"}, "a mode")
        .List("keys", &keys, "KEY", "keys");
    return options;
  }
};

ParsedLine Parse(std::vector<std::string> words, OptionSet options) {
  return ParseArguments(words, options);
}

std::string MessageOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "no error";
}

TEST(OptionsTest, ParsesEveryKindAmongPaths) {
  Values v;
  const ParsedLine line = Parse({"in", "-c", "7", "--size=64MB", "--rate", "0.25", "--flag",
                                 "--mode", "b", "--keys", "a", "--keys", "b", "out"},
                                v.Declare());
  EXPECT_THAT(line.paths, ElementsAre("in", "out"));
  EXPECT_EQ(v.count, 7);
  EXPECT_EQ(v.size, 64000000u);
  EXPECT_EQ(v.rate, 0.25);
  EXPECT_TRUE(v.flag);
  EXPECT_EQ(v.mode, "b");
  EXPECT_THAT(v.keys, ElementsAre("a", "b"));
}

TEST(OptionsTest, LeavesDefaultsAlone) {
  Values v;
  Parse({}, v.Declare());
  EXPECT_EQ(v.count, 3);
  EXPECT_THAT(v.keys, ElementsAre("text"));
}

TEST(OptionsTest, DoubleDashEndsOptions) {
  Values v;
  EXPECT_THAT(Parse({"--", "--flag"}, v.Declare()).paths, ElementsAre("--flag"));
  EXPECT_FALSE(v.flag);
}

// As in `--input a b --keys title text --flag`: no word is a path then.
TEST(OptionsTest, WithInputListsTakeWordsUpToTheNextOption) {
  Values v;
  std::vector<std::string> input;
  const auto declared = [&] {
    OptionSet options = v.Declare();
    options.List("input", &input, "PATH", "inputs");
    return options;
  };
  EXPECT_THAT(
      Parse({"--keys", "a", "b", "--flag", "--input", "x", "-", "y", "-c", "7"}, declared()).paths,
      ElementsAre());
  EXPECT_THAT(v.keys, ElementsAre("a", "b"));
  EXPECT_THAT(input, ElementsAre("x", "-", "y"));
  EXPECT_EQ(v.count, 7);
  Parse({"--input=x", "--keys", "a", "b"}, declared());
  EXPECT_THAT(v.keys, ElementsAre("a", "b"));
  EXPECT_THAT(Parse({"--keys", "a", "b"}, declared()).paths, ElementsAre("b"));
  EXPECT_THAT(Parse({"--keys", "a", "--", "--input"}, declared()).paths, ElementsAre("--input"));
  EXPECT_THAT(MessageOf([&] {
                Parse({"--input", "x", "-c", "7", "out"}, declared());
              }),
              HasSubstr("'out': --input names the inputs"));
}

TEST(OptionsTest, DashIsAPath) {
  Values v;
  EXPECT_THAT(Parse({"-", "x"}, v.Declare()).paths, ElementsAre("-", "x"));
}

TEST(OptionsTest, ErrorsNameTheOptionAndTheRange) {
  Values v;
  EXPECT_THAT(MessageOf([&] {
                Parse({"--count", "11"}, v.Declare());
              }),
              testing::AllOf(HasSubstr("--count"), HasSubstr("1..10")));
  EXPECT_THAT(MessageOf([&] { Parse({"--count", "two"}, v.Declare()); }), HasSubstr("'two'"));
  EXPECT_THAT(MessageOf([&] { Parse({"--rate", "nan"}, v.Declare()); }), HasSubstr("--rate"));
  EXPECT_THAT(MessageOf([&] { Parse({"--mode", "c"}, v.Declare()); }), HasSubstr("a, b"));
  EXPECT_THAT(MessageOf([&] {
                Parse({"--cuont", "1"}, v.Declare());
              }),
              HasSubstr("did you mean --count?"));
  EXPECT_THAT(MessageOf([&] { Parse({"--count"}, v.Declare()); }), HasSubstr("--count"));
}

TEST(OptionsTest, DeclaringTwiceIsOurMistake) {
  int value = 0;
  OptionSet options;
  options.Integer("n", &value, 0, 1, "n");
  EXPECT_THROW(options.Integer("n", &value, 0, 1, "n"), Error);
}

TEST(OptionsTest, SizesReadAndPrint) {
  EXPECT_EQ(ParseSize("4096"), 4096u);
  EXPECT_EQ(ParseSize("256M"), uint64_t{256} << 20);
  EXPECT_EQ(ParseSize("1.5GiB"), uint64_t{3} << 29);
  EXPECT_EQ(ParseSize("2kb"), 2000u);
  EXPECT_EQ(SizeText(uint64_t{256} << 20), "256M");
  EXPECT_EQ(SizeText(1000), "1000");
  for (const char* bad : {"", "M", "12X", "1Q", "-1", "1e99999", "99999999999T", "1MBB"}) {
    EXPECT_THROW(ParseSize(bad), Error) << bad;
  }
}

class ConfigTest : public testing::Test {
 protected:
  void Write(std::string_view text) { WriteFileAtomically(path_, text); }

  void Apply(Values& v, std::vector<std::string> given = {}) {
    OptionSet options = v.Declare();
    for (const ConfigSection& section : ReadConfig(path_)) {
      ApplyConfig(section, path_, given, {}, options);
    }
  }

  const tests::ScratchFolder folder_;
  const std::string path_ = folder_.File("owt_config_test.toml");
};

TEST_F(ConfigTest, SetsValuesButNotThoseGiven) {
  Write("[x]\ncount = 4\nsize = \"2K\"\nflag = true\nkeys = [\"a\", \"b\"]\nrate = 0.75\n");
  Values v;
  Apply(v, {"count"});
  EXPECT_EQ(v.count, 3);
  EXPECT_EQ(v.size, 2048u);
  EXPECT_TRUE(v.flag);
  EXPECT_EQ(v.rate, 0.75);
  EXPECT_THAT(v.keys, ElementsAre("a", "b"));
}

TEST_F(ConfigTest, UnknownKeysAreErrorsWithLineAndNearestName) {
  Write("[x]\n\nconut = 4\n");
  Values v;
  const std::string message = MessageOf([&] { Apply(v); });
  EXPECT_THAT(message, HasSubstr("owt_config_test.toml:3:"));
  EXPECT_THAT(message, HasSubstr("did you mean 'count'?"));
}

TEST_F(ConfigTest, BadTomlAndBadValuesNameTheLine) {
  Values v;
  Write("[x]\ncount = \n");
  EXPECT_THAT(MessageOf([&] { Apply(v); }), HasSubstr(".toml:2: not TOML"));
  Write("[x]\ncount = 99\n");
  EXPECT_THAT(MessageOf([&] { Apply(v); }), HasSubstr(".toml:2: --count"));
  Write("count = 99\n");
  EXPECT_THAT(MessageOf([&] { Apply(v); }), HasSubstr("outside a table"));
  Write("[x]\ncount = {a = 1}\n");
  EXPECT_THAT(MessageOf([&] { Apply(v); }), HasSubstr(".toml:2:"));
}

TEST_F(ConfigTest, ArraysOfTablesComeInOrder) {
  Write("[[stage]]\nname = \"a\"\n[[stage]]\nname = \"b\"\n[run]\nx = 1\n");
  const auto sections = ReadConfig(path_);
  ASSERT_EQ(sections.size(), 3u);
  EXPECT_EQ(sections[0].values[0].values[0], "a");
  EXPECT_EQ(sections[1].values[0].values[0], "b");
  EXPECT_EQ(sections[2].name, "run");
}

TEST(ParseArgumentsTest, AListOfManyWordsEndsAtTheNextOption) {
  std::vector<std::string> data;
  int count = 0;
  const auto parse = [&](std::vector<std::string> words) {
    OptionSet options;
    options.List("data", &data, "PREFIX", "data").ManyWords();
    options.Integer("count", &count, 0, 9, "a count");
    return Parse(std::move(words), options);
  };
  EXPECT_THAT(parse({"--data", "3", "a", "1.5", "b", "--count", "2"}).paths, ElementsAre());
  EXPECT_THAT(data, ElementsAre("3", "a", "1.5", "b"));
  EXPECT_EQ(count, 2);
  parse({"--data", "x", "--count=1", "--data", "y", "z"});
  EXPECT_THAT(data, ElementsAre("x", "y", "z"));
  EXPECT_THROW(parse({"--count", "1", "--data"}), Error);
}

}  // namespace
}  // namespace owt
