// The vocabulary is drawn from what trafilatura, Readability and resiliparse test for by regular
// expression; here a name is cut into words once and the words are looked up.
#include "stages/text/html_names.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace owt::text {
namespace {

// Sorted, for bisection.
constexpr std::string_view kDiscardWords[] = {"ad",
                                              "addthis",
                                              "ads",
                                              "adsense",
                                              "adslot",
                                              "advert",
                                              "advertise",
                                              "advertisement",
                                              "advertising",
                                              "adverts",
                                              "akismet",
                                              "authorbox",
                                              "banner",
                                              "banners",
                                              "blurred",
                                              "breadcrumb",
                                              "breadcrumbs",
                                              "btn",
                                              "button",
                                              "buttons",
                                              "byline",
                                              "bylines",
                                              "carousel",
                                              "catlinks",
                                              "comment",
                                              "commentlist",
                                              "comments",
                                              "consent",
                                              "cookie",
                                              "cookies",
                                              "copyright",
                                              "criteo",
                                              "crumbs",
                                              "dfp",
                                              "disqus",
                                              "editsection",
                                              "footer",
                                              "gdpr",
                                              "headerlink",
                                              "headerlinks",
                                              "lightbox",
                                              "login",
                                              "masthead",
                                              "menu",
                                              "menubar",
                                              "menus",
                                              "meta",
                                              "metadata",
                                              "modal",
                                              "nav",
                                              "navbar",
                                              "navbox",
                                              "navfooter",
                                              "navheader",
                                              "navi",
                                              "navigation",
                                              "navlinks",
                                              "newsletter",
                                              "newsletters",
                                              "noprint",
                                              "outbrain",
                                              "overlay",
                                              "pagenav",
                                              "pager",
                                              "pagination",
                                              "paginator",
                                              "paywall",
                                              "permalink",
                                              "popup",
                                              "postmeta",
                                              "promo",
                                              "promos",
                                              "promotion",
                                              "rating",
                                              "ratings",
                                              "recirc",
                                              "recommendations",
                                              "recommended",
                                              "register",
                                              "related",
                                              "relatedposts",
                                              "replies",
                                              "respond",
                                              "searchbox",
                                              "searchform",
                                              "share",
                                              "sharebar",
                                              "sharedaddy",
                                              "shares",
                                              "sharing",
                                              "shoutbox",
                                              "sidebar",
                                              "sidebars",
                                              "signin",
                                              "signup",
                                              "skiplink",
                                              "sociable",
                                              "social",
                                              "socials",
                                              "sponsor",
                                              "sponsored",
                                              "sponsors",
                                              "subnav",
                                              "subscribe",
                                              "subscription",
                                              "syndication",
                                              "taboola",
                                              "tagcloud",
                                              "taglist",
                                              "tags",
                                              "teaser",
                                              "teasers",
                                              "timestamp",
                                              "toolbar",
                                              "tooltip",
                                              "trending",
                                              "viral",
                                              "widget",
                                              "widgets"};

// Pairs of neighbouring words.
constexpr std::string_view kDiscardPairs[][2] = {
    {"author", "bio"},   {"author", "box"},   {"author", "card"},   {"author", "info"},
    {"about", "author"}, {"most", "popular"}, {"most", "read"},     {"more", "stories"},
    {"next", "post"},    {"post", "date"},    {"previous", "post"}, {"read", "more"},
    {"read", "next"},    {"search", "form"},  {"see", "also"},      {"sign", "up"},
    {"skip", "link"},    {"skip", "to"},      {"tag", "list"},      {"user", "info"},
    {"user", "profile"}, {"you", "may"},      {"entry", "footer"},  {"post", "footer"}};

// The word after one of these is what the element lacks or goes with, not what it is.
constexpr std::string_view kRelations[] = {"has", "hide", "is",   "no",
                                           "non", "show", "with", "without"};

// First words of the classes that WordPress derives from topics, authors and ids.
constexpr std::string_view kTopicPrefixes[] = {"author", "cat", "category", "format", "postid",
                                               "status", "tag", "tax",      "term",   "type"};

constexpr std::string_view kBodyOwners[] = {"art",  "article", "blog",   "entry", "news", "page",
                                            "post", "section", "single", "story", "text", "theme"};
constexpr std::string_view kBodyWords[] = {"body",    "bodycopy", "bodytext",
                                           "content", "entry",    "text"};
constexpr std::string_view kRank0Names[] = {
    "articlebody", "articlecontent", "articletext", "bodytext", "entry",
    "entrybody",   "entrycontent",   "post",        "postbody", "postcontent",
    "postentry",   "posttext",       "storybody",   "storytext"};
constexpr std::string_view kRank2Names[] = {
    "article", "articlewrapper", "cell",  "fieldbody",    "fulltext", "maincolumn",   "postarea",
    "primary", "singlepost",     "story", "storycontent", "text",     "wpbtextcolumn"};
constexpr std::string_view kRank3Names[] = {"content",     "contentbody", "contentmain",
                                            "maincontent", "pagecontent", "contentarea"};
constexpr std::string_view kHiddenNames[] = {"dnone",     "hidden",        "hide",
                                             "invisible", "notloaded",     "screenreadertext",
                                             "sronly",    "visuallyhidden"};
constexpr std::string_view kDiscardRoles[] = {
    "alertdialog", "banner",     "complementary", "contentinfo", "dialog", "menu",
    "menubar",     "navigation", "search",        "tablist",     "toolbar"};

template <size_t N>
constexpr bool IsSorted(const std::string_view (&words)[N]) {
  for (size_t i = 1; i < N; ++i) {
    if (!(words[i - 1] < words[i])) return false;
  }
  return true;
}

bool Contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsDiscardWord(std::string_view word) {
  static_assert(IsSorted(kDiscardWords));
  return std::binary_search(std::begin(kDiscardWords), std::end(kDiscardWords), word);
}

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

bool IsLetter(char c) { return IsUpper(c) || (c >= 'a' && c <= 'z'); }

// One name, in lower case, cut into words.
class Name {
 public:
  explicit Name(std::string_view name);

  size_t num_words() const { return num_words_; }

  std::string_view word(size_t i) const {
    return {letters_.data() + begins_[i], static_cast<size_t>(begins_[i + 1] - begins_[i])};
  }

  // The words put together: "article-Body" gives "articlebody".
  std::string_view joined() const { return {letters_.data(), begins_[num_words_]}; }

 private:
  static constexpr size_t kMaxLetters = 64;  // longer names are machine-made
  static constexpr size_t kMaxWords = 12;

  std::array<char, kMaxLetters> letters_;
  std::array<uint8_t, kMaxWords + 1> begins_{};
  size_t num_words_ = 0;
};

Name::Name(std::string_view name) {
  size_t size = 0;
  bool in_word = false;
  for (size_t i = 0; i < name.size() && size < kMaxLetters; ++i) {
    const char c = name[i];
    if (!IsLetter(c) && c >= 0) {
      in_word = false;
      continue;
    }
    const bool hump = in_word && IsUpper(c) && !IsUpper(name[i - 1]);
    if (!in_word || hump) {
      if (num_words_ == kMaxWords) break;
      begins_[num_words_++] = static_cast<uint8_t>(size);
      in_word = true;
    }
    letters_[size++] = IsUpper(c) ? static_cast<char>(c + 32) : c;
  }
  begins_[num_words_] = static_cast<uint8_t>(size);
}

bool SaysDiscard(const Name& name) {
  if (name.num_words() > 1 && Contains(kTopicPrefixes, name.word(0))) {
    return name.word(0) == "author" &&
           Contains(std::array<std::string_view, 4>{"bio", "box", "card", "info"}, name.word(1));
  }
  for (size_t i = 0; i < name.num_words(); ++i) {
    const std::string_view word = name.word(i);
    if (Contains(kRelations, word)) return false;
    if (IsDiscardWord(word)) return true;
    if (i == 0) continue;
    for (const auto& pair : kDiscardPairs) {
      if (pair[0] == name.word(i - 1) && pair[1] == word) return true;
    }
  }
  return name.num_words() == 1 && name.word(0) == "author";
}

uint8_t ContentRank(const Name& name) {
  if (name.num_words() == 0) return NameSignals::kNoRank;
  const std::string_view joined = name.joined();
  if (Contains(kRank0Names, joined)) return 0;
  for (size_t i = 1; i < name.num_words(); ++i) {
    if (Contains(kBodyOwners, name.word(i - 1)) && Contains(kBodyWords, name.word(i))) {
      return name.word(i - 1) == "page" || name.word(i - 1) == "section" ? 3 : 0;
    }
  }
  if (Contains(kRank2Names, joined)) return 2;
  if (Contains(kRank3Names, joined)) return 3;
  return name.word(0) == "main" || joined.substr(0, 4) == "main" ? 4 : NameSignals::kNoRank;
}

void ReadValue(std::string_view value, NameSignals* signals) {
  constexpr std::string_view kBlanks = " \t\r\n\f";
  constexpr int kMaxNames = 24;  // generated style names beyond that
  uint8_t rank = NameSignals::kNoRank;
  for (int i = 0; i < kMaxNames; ++i) {
    const size_t begin = value.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) break;
    const size_t end = std::min(value.find_first_of(kBlanks, begin), value.size());
    const Name name(value.substr(begin, end - begin));
    value.remove_prefix(end);
    if (SaysDiscard(name)) signals->discard = true;
    if (Contains(kHiddenNames, name.joined())) signals->hidden = true;
    rank = std::min(rank, ContentRank(name));
  }
  signals->content_rank = std::min(signals->content_rank, rank);
}

bool IsHiddenByStyle(std::string_view style) {
  for (const auto& [property, value] :
       {std::pair<std::string_view, std::string_view>{"display", "none"},
        {"visibility", "hidden"}}) {
    const size_t at = style.find(property);
    if (at == std::string_view::npos) continue;
    const size_t from = style.find_first_not_of(" \t:", at + property.size());
    if (from != std::string_view::npos && style.substr(from, value.size()) == value) return true;
  }
  return false;
}

}  // namespace

NameSignals ReadNames(const HtmlTree& tree, const HtmlNode& node) {
  NameSignals signals;
  if (node.num_attributes == 0) return signals;
  ReadValue(tree.AttributeOf(node, Attribute::kId), &signals);
  ReadValue(tree.AttributeOf(node, Attribute::kClass), &signals);
  const std::string_view role = tree.AttributeOf(node, Attribute::kRole);
  if (Contains(kDiscardRoles, role)) signals.discard = true;
  if (tree.AttributeOf(node, Attribute::kItemprop) == "articleBody") signals.content_rank = 0;
  if (role == "article") signals.content_rank = std::min<uint8_t>(signals.content_rank, 2);
  if (role == "main") signals.content_rank = std::min<uint8_t>(signals.content_rank, 4);
  signals.hidden = signals.hidden || tree.HasAttribute(node, Attribute::kHidden) ||
                   tree.AttributeOf(node, Attribute::kAriaHidden) == "true" ||
                   IsHiddenByStyle(tree.AttributeOf(node, Attribute::kStyle));
  return signals;
}

}  // namespace owt::text
