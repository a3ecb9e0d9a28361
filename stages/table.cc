#include "stages/table.h"

namespace owt::stages {

// Each is defined in its stage's folder.
std::unique_ptr<Stage> MakeUrls();
std::unique_ptr<Stage> MakeBlacklist();
std::unique_ptr<Stage> MakeInit();
std::unique_ptr<Stage> MakeEncode();
std::unique_ptr<Stage> MakeLangdetect();
std::unique_ptr<Stage> MakeCleanup();
std::unique_ptr<Stage> MakeFilter();
std::unique_ptr<Stage> MakeDedup();
std::unique_ptr<Stage> MakeDecontaminate();
std::unique_ptr<Stage> MakeExtract();
std::unique_ptr<Stage> MakeMerge();
std::unique_ptr<Stage> MakeShuffle();
std::unique_ptr<Stage> MakeTrainTokenizer();
std::unique_ptr<Stage> MakeConvert();
std::unique_ptr<Stage> MakeScrape();
std::unique_ptr<Stage> MakeReport();
std::unique_ptr<Stage> MakeRun();
std::unique_ptr<Stage> MakeInspect();
std::unique_ptr<Stage> MakeVerify();
std::unique_ptr<Stage> MakeWhy();

namespace {

using enum PathRule;

// In the order of the road; a test walks it.
constexpr StageEntry kTable[] = {
    {"urls", "Data", "take the URLs out of Reddit dumps", "Pushshift dumps (jsonl)", "URL list",
     kInputsToOutput, MakeUrls, ""},
    {"blacklist", "Data", "drop URLs that are not worth fetching, and duplicates", "URL lists",
     "URL list", kInputsToOutput, MakeBlacklist, ""},
    {"scrape", "Data", "fetch the pages of a URL list, politely", "URL lists", "jsonl",
     kInputsToOutput, MakeScrape, ""},
    {"extract", "Data", "take the main text out of web pages", "html, jsonl, WARC", "jsonl",
     kInputsToOutput, MakeExtract, ""},
    {"merge", "Data", "put texts and jsonl files into one jsonl", "text files, jsonl", "jsonl",
     kInputsToOutput, MakeMerge, ""},
    {"cleanup", "Data", "repair texts, drop those of too few tokens", "jsonl", "jsonl",
     kInputsToOutput, MakeCleanup, ""},
    {"langdetect", "Data", "tell the language of texts, or keep some languages", "jsonl", "jsonl",
     kInputsToOutput, MakeLangdetect, ""},
    {"filter", "Data", "ask rules of quality about texts: drop, tag or score them", "jsonl",
     "jsonl", kInputsToOutput, MakeFilter, ""},
    {"dedup", "Data", "drop documents that were there before, exactly or nearly", "jsonl", "jsonl",
     kInputsToOutput, MakeDedup, ""},
    {"decontaminate", "Data", "cut texts of test sets out of documents", "jsonl", "jsonl",
     kInputsToOutput, MakeDecontaminate, ""},
    {"shuffle", "Data", "put lines into a random order", "lines", "lines", kInputsToOutput,
     MakeShuffle, ""},
    {"encode", "Data", "turn texts into GPT-2 tokens", "jsonl", "PREFIX_text_document.bin and .idx",
     kInputsToOutput, MakeEncode, ""},
    {"train-tokenizer", "Data", "learn the tokens of a corpus", "jsonl",
     "a folder with tokenizer.json and its kin", kInputsToOutput, MakeTrainTokenizer, ""},
    {"convert", "Data", "turn tokens into another trainer's files, or join them", "files of tokens",
     "megatron, nanogpt, llmc or ds", kInputsToOutput, MakeConvert, ""},
    {"init", "Around", "make a corpus directory with its Makefile", "", "owt.toml, Makefile",
     kInputs, MakeInit, ""},
    {"run", "Around", "run a recipe, neighbouring maps in one pass", "a recipe (TOML)",
     "what its stages write", kRecipe, MakeRun, ""},
    {"inspect", "Around", "show what a file holds", "any file owt writes", "text on stdout",
     kInputs, MakeInspect, ""},
    {"verify", "Around", "check files, manifests and ledgers", "any file owt writes",
     "a line for each on stdout", kInputs, MakeVerify, ""},
    {"report", "Around", "the waterfall of a corpus: what each stage kept and dropped", "manifests",
     "a table on stdout", kInputs, MakeReport, ""},
    {"why", "Around", "what became of one document, stage by stage, and why", "an address, outputs",
     "a line for each stage on stdout", kAddress, MakeWhy, ""},
};

}  // namespace

std::span<const StageEntry> Table() { return kTable; }

}  // namespace owt::stages
