// The options of `owt filter` and their help; what is made of them stands in filter_options.cc.
#include <fmt/format.h>

#include "stages/filter/filter_options.h"

namespace owt::filter {
namespace {

constexpr double kMaxRatio = 1000;
constexpr int64_t kMany = 1000000000;

}  // namespace

void FilterOptions::Declare(OptionSet& options) {
  options.Group("Rules")
      .Choice("preset", &preset_, {"fineweb", "gopher", "c4", "dclm", "dolma", "none"},
              "which rules are asked")
      .Detail(
          "fineweb: gopher-repetition, gopher-quality, c4 without its rule on the ends of lines, "
          "fineweb, as FineWeb was made. gopher: the first two. c4: c4 alone. dclm: gopher-quality "
          "and gopher-repetition as DCLM counts, dclm-lines. dolma: dolma-lines, gopher-quality, "
          "gopher-repetition as Dolma counts. none: only lists, masks and the models that are "
          "named.")
      .List("filters", &families_, "NAMES", "these rules in place of the preset's")
      .Detail(
          "dolma-lines, gopher-repetition, gopher-quality, dclm-lines, c4, c4-paragraphs, fineweb, "
          "characters; with commas between them. They are asked in this order, after the lists of "
          "URLs.")
      .Choice("mode", &mode_, {"drop", "tag", "score"}, "what is done with the answers")
      .Detail(
          "drop: a text goes at the first rule that it fails, which is the reason in the ledger, "
          "and c4 takes lines out of the others. tag: every record stays as it is and gets the "
          "field filter, a list of all rules that it fails with value and threshold. score: the "
          "field holds the values of all rules by name.")
      .Choice("words", &words_, {"white-space", "icu"}, "what parts words for gopher and fineweb")
      .Detail(
          "white-space: as Python's str.split() does. icu: Unicode's word break, too, with ICU's "
          "dictionaries for Chinese, Japanese, Thai, Lao, Khmer and Burmese; marks are words of "
          "their own then. c4 and the other rules cut by white space.")
      .Text("explain", &explain_, "FILE", "write why records were dropped or changed, as jsonl");
  DeclareQuality(options);
  DeclareRepetition(options);
  DeclareReadings(options);
  DeclareC4(options);
  DeclareFineWeb(options);
  DeclareCharacters(options);
  DeclareFasttext(options);
  DeclarePerplexity(options);
  DeclareLists(options);
  options.Example("owt filter cleaned.json good.json", "keeps what FineWeb's rules keep");
  options.Example("owt filter --mode score cleaned.json", "what the rules measure, for thresholds");
  options.Example("owt filter --preset none --mask-emails --mask-ips cleaned.json",
                  "only takes addresses of people out");
  options.Example("owt filter --preset none --fasttext oh_eli5.bin cleaned.json best.json",
                  "keeps what DCLM's classifier keeps");
}

void FilterOptions::DeclareQuality(OptionSet& options) {
  options.Group("Gopher quality (0 turns a rule off)")
      .Integer("gopher-min-words", &quality_.min_words, 0, kMany, "fewer words are too few")
      .Integer("gopher-max-words", &quality_.max_words, 0, kMany, "more words are too many")
      .Real("gopher-min-word-length", &quality_.min_word_length, 0, kMaxRatio,
            "least mean length of words, in characters")
      .Real("gopher-max-word-length", &quality_.max_word_length, 0, 1000000,
            "largest mean length of words")
      .Real("gopher-max-symbols", &quality_.max_symbols, 0, kMaxRatio,
            "most # to words, and most ellipses to words")
      .Real("gopher-max-bullet-lines", &quality_.max_bullet_lines, 0, 1,
            "largest part of lines that begin with a bullet or -")
      .Real("gopher-max-ellipsis-lines", &quality_.max_ellipsis_lines, 0, 1,
            "largest part of lines that end with an ellipsis")
      .Real("gopher-min-letter-words", &quality_.min_letter_words, 0, 1,
            "least part of words that hold a letter")
      .Integer("gopher-min-stop-words", &quality_.min_stop_words, 0, kMany,
               "fewer different stop words are too few")
      .List("gopher-stop-words", &stop_words_, "WORD", "the stop words");
}

void FilterOptions::DeclareRepetition(OptionSet& options) {
  options.Group("Gopher repetition, parts of the text")
      .Real("gopher-max-dup-lines", &repetition_.max_lines, 0, 1,
            "most lines that repeat an earlier one; 0: off")
      .Real("gopher-max-dup-paragraphs", &repetition_.max_paragraphs, 0, 1,
            "the same of paragraphs; 0: off")
      .Real("gopher-max-dup-line-chars", &repetition_.max_line_chars, 0, 1,
            "most characters of repeated lines; 0: off")
      .Real("gopher-max-dup-paragraph-chars", &repetition_.max_paragraph_chars, 0, 1,
            "the same of paragraphs; 0: off");
  for (size_t i = 0; i < repetition_.max_top_ngrams.size(); ++i) {
    const size_t n = i + Ngrams::kMinTop;
    options.Real(fmt::format("gopher-max-top-{}-grams", n), &repetition_.max_top_ngrams[i], 0,
                 kMaxRatio, fmt::format("most characters of the most frequent {} words", n));
  }
  for (size_t i = 0; i < repetition_.max_ngrams.size(); ++i) {
    const size_t n = i + Ngrams::kMinRepeated;
    options.Real(fmt::format("gopher-max-dup-{}-grams", n), &repetition_.max_ngrams[i], 0, 1,
                 fmt::format("most characters of repeated {} words", n));
  }
}

void FilterOptions::DeclareReadings(OptionSet& options) {
  options.Group("DCLM and Dolma")
      .Choice("gopher-reading", &gopher_reading_, {"preset", "datatrove", "dclm", "dolma"},
              "whose way of counting Gopher's rules follow")
      .Detail("preset: that of --preset dclm or dolma, else datatrove's.")
      .Real("dolma-max-dup-line-chars", &dolma_max_line_chars_, 0, kMaxRatio,
            "Dolma's in place of --gopher-max-dup-line-chars; 0: off")
      .Real("dclm-max-capitals", &dclm_.max_capitals, 0, 1,
            "take out lines with a larger part of capitals; 1: none")
      .Real("dclm-max-digits", &dclm_.max_digits, 0, 1,
            "take out lines with a larger part of digits; 1: none")
      .Integer("dclm-min-line-words", &dclm_.min_line_words, 0, kMany,
               "take out lines of fewer words")
      .Flag("dclm-keep-counters", &dclm_keep_counters_, "leave lines such as: 3 likes")
      .Flag("dclm-keep-phrases", &dclm_keep_phrases_, "leave items in cart, read more, sign-in")
      .Integer("dclm-max-phrase-words", &dclm_.max_phrase_words, 0, kMany,
               "longest line, in words, that these are taken out of")
      .Integer("dclm-max-line-feeds", &dclm_.max_line_feeds, 0, kMany,
               "most line feeds in a row; 0: any number")
      .Real("dclm-max-removed-words", &dclm_.max_removed_words, 0, 1,
            "drop texts that lose a larger part of their words; 1: none");
}

void FilterOptions::DeclareC4(OptionSet& options) {
  options.Group("C4")
      .Choice("c4-terminal-marks", &c4_terminal_marks_, {"preset", "on", "off"},
              "take out lines that do not end like a sentence")
      .Detail("In . ? ! \" or ', and not in an ellipsis. preset: on, but for fineweb.")
      .Integer("c4-min-line-words", &c4_.min_line_words, 0, kMany, "take out lines of fewer words")
      .Integer("c4-max-word-length", &c4_.max_word_length, 0, kMany,
               "take out lines with a longer word; 0: none")
      .Flag("c4-keep-citations", &c4_keep_citations_, "leave [1], [edit], [citation needed]")
      .Flag("c4-keep-javascript", &c4_keep_javascript_, "leave lines that mention javascript")
      .Flag("c4-keep-policies", &c4_keep_policies_, "leave lines on terms of use and cookies")
      .Flag("c4-keep-lorem-ipsum", &c4_keep_lorem_ipsum_, "keep texts with lorem ipsum")
      .Flag("c4-keep-curly-brackets", &c4_keep_curly_brackets_, "keep texts with {")
      .Integer("c4-min-sentences", &c4_.min_sentences, 0, kMany,
               "fewer sentences in the lines that stay are too few")
      .Integer("c4-min-paragraphs", &paragraphs_.min_paragraphs, 0, kMany,
               "with c4-paragraphs: fewer long lines are too few")
      .Integer("c4-min-paragraph-length", &paragraphs_.min_length, 0, kMany,
               "characters from which a line is long");
}

void FilterOptions::DeclareFineWeb(OptionSet& options) {
  options.Group("FineWeb")
      .Real("fineweb-min-punct-lines", &fineweb_.min_punct_lines, 0, 1,
            "least part of lines that end with a terminal mark")
      .Flag("fineweb-allow-no-punct", &fineweb_.allow_no_punct, "keep texts without any such line")
      .Real("fineweb-max-short-lines", &fineweb_.max_short_lines, 0, 1,
            "largest part of lines that are short")
      .Integer("fineweb-short-line", &fineweb_.short_line, 0, 1000000,
               "characters up to which a line is short")
      .Real("fineweb-max-dup-line-chars", &fineweb_.max_repeated, 0, 1,
            "most characters of lines that repeat an earlier one")
      .Real("fineweb-max-line-feeds", &fineweb_.max_line_feeds, 0, 1000000,
            "most line feeds to words");
}

void FilterOptions::DeclareCharacters(OptionSet& options) {
  options.Group("Characters, parts of the text")
      .Real("characters-max-non-alnum", &characters_.max_non_alnum, 0, 1,
            "most that are not a-z, A-Z, 0-9, line feeds or . , ? !")
      .Real("characters-max-digits", &characters_.max_digits, 0, 1, "most digits")
      .Real("characters-max-urls", &characters_.max_urls, 0, 1, "most of http:// and hosts")
      .Real("characters-max-white-space", &characters_.max_white_space, 0, 1, "most white space")
      .Real("characters-max-brackets", &characters_.max_brackets, 0, 1, "most brackets")
      .Integer("characters-max-word-length", &characters_.max_word_length, 0, 1000000000,
               "longest word, in characters");
}

void FilterOptions::DeclareFasttext(OptionSet& options) {
  options.Group("A classifier")
      .File("fasttext", &fasttext_, "drop texts that this fastText classifier scores too low")
      .Detail(
          "Any .bin or .ftz of fastText's classifiers, such as DCLM's. It is asked last, about the "
          "text as one line.")
      .Text("fasttext-label", &fasttext_label_, "LABEL", "the label of which the score is")
      .Real("fasttext-min-score", &fasttext_min_score_, 0, 1, "least probability of the label");
}

void FilterOptions::DeclarePerplexity(OptionSet& options) {
  constexpr double kMost = 1e300;
  options.Group("Perplexity")
      .File("perplexity-model", &perplexity_model_, "a model of n-grams: ARPA or KenLM")
      .Detail(
          "An ARPA file, compressed or not, or what KenLM's build_binary makes of one: probing "
          "hash tables, no trie. Each line is a sentence, its words are what white space parts. "
          "The "
          "perplexity is asked after all other rules.")
      .Choice("perplexity-normalize", &perplexity_normalize_, {"none", "ccnet"},
              "how the model gets a line")
      .Detail(
          "none: as it is. ccnet: in lower case, without accents and control characters, digits 0, "
          "marks those of ASCII, as CCNet trained its models, which had the text cut by "
          "SentencePiece as well.")
      .Real("max-perplexity", &max_perplexity_, 0, kMost, "more is too much; 0: no limit")
      .Real("min-perplexity", &min_perplexity_, 0, kMost, "less is too little")
      .Text("perplexity-buckets", &perplexity_buckets_, "HEAD,TAIL",
            "add bucket: head below HEAD, middle below TAIL, else tail");
}

void FilterOptions::DeclareLists(OptionSet& options) {
  options.Group("Lists, one entry a line")
      .Files("url-domains", &url_domains_, "drop records of these domains and hosts")
      .Files("url-list", &url_lists_, "drop records with these URLs")
      .Files("url-words", &url_words_, "drop records with one of these words in the URL")
      .Files("url-soft-words", &url_soft_words_, "drop records with several of these words")
      .Integer("url-min-soft-words", &url_min_soft_words_, 1, 1000, "how many are several")
      .Files("url-parts", &url_parts_, "drop records with these letters anywhere in the URL")
      .Files("bad-words", &bad_words_, "drop texts with one of these words")
      .Flag("bad-words-anywhere", &bad_words_anywhere_, "also inside of other words")
      .Detail("As C4 does for Japanese, Thai and Chinese, which are written without spaces.");
  options.Group("Masks")
      .Flag("mask-emails", &pii_.emails, "put made-up e-mail addresses for those in the text")
      .Flag("mask-ips", &pii_.addresses, "put made-up IPv4 addresses for public ones")
      .Flag("mask-private-ips", &pii_.private_addresses, "with --mask-ips: for private ones too")
      .Flag("mask-phones", &mask_phones_, "put |||PHONE_NUMBER||| for North American numbers");
}

}  // namespace owt::filter
