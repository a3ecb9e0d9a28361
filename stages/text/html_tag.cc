#include "stages/text/html_tag.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>

namespace owt::text {
namespace {

constexpr std::array<std::string_view, kNumTags> kNames = {
    "#text",    "#unknown", "a",        "address", "annotation", "applet",   "article",
    "aside",    "audio",    "b",        "base",    "blockquote", "body",     "br",
    "button",   "canvas",   "caption",  "center",  "cite",       "code",     "col",
    "colgroup", "datalist", "dd",       "del",     "details",    "dialog",   "dir",
    "div",      "dl",       "dt",       "em",      "embed",      "fieldset", "figcaption",
    "figure",   "font",     "footer",   "form",    "frame",      "frameset", "h1",
    "h2",       "h3",       "h4",       "h5",      "h6",         "head",     "header",
    "hgroup",   "hr",       "html",     "i",       "iframe",     "img",      "input",
    "ins",      "kbd",      "label",    "legend",  "li",         "link",     "listing",
    "main",     "map",      "marquee",  "math",    "menu",       "meta",     "nav",
    "noembed",  "noframes", "noscript", "object",  "ol",         "optgroup", "option",
    "p",        "param",    "picture",  "pre",     "progress",   "rp",       "rt",
    "rtc",      "s",        "samp",     "script",  "search",     "section",  "select",
    "source",   "span",     "strike",   "strong",  "style",      "sub",      "summary",
    "sup",      "svg",      "table",    "tbody",   "td",         "template", "textarea",
    "tfoot",    "th",       "thead",    "time",    "title",      "tr",       "track",
    "tt",       "u",        "ul",       "var",     "video",      "wbr",      "xmp"};

constexpr bool NamesAreSorted() {
  for (int i = 3; i < kNumTags; ++i) {
    if (!(kNames[i - 1] < kNames[i])) return false;
  }
  return true;
}

static_assert(NamesAreSorted(), "LookupTag searches by bisection");

enum Property : uint8_t {
  kBlock = 1,
  kVoid = 2,
  kClosesP = 4,
  kRaw = 8,
  kEscapable = 16,
  kBarrier = 32,
};

using Properties = std::array<uint8_t, kNumTags>;

constexpr void Set(Properties& all, uint8_t property, std::initializer_list<Tag> tags) {
  for (Tag tag : tags) all[static_cast<size_t>(tag)] |= property;
}

constexpr Properties MakeProperties() {
  using enum Tag;
  Properties all{};
  Set(all, kBlock | kClosesP,
      {kAddress, kArticle, kAside,  kBlockquote, kCenter,   kDd,         kDetails, kDialog,
       kDir,     kDiv,     kDl,     kDt,         kFieldset, kFigcaption, kFigure,  kFooter,
       kForm,    kH1,      kH2,     kH3,         kH4,       kH5,         kH6,      kHeader,
       kHgroup,  kHr,      kLi,     kListing,    kMain,     kMenu,       kNav,     kOl,
       kP,       kPre,     kSearch, kSection,    kSummary,  kTable,      kUl,      kXmp});
  Set(all, kBlock,
      {kBody,     kCaption,  kColgroup, kFrameset, kHead,  kHtml,   kLegend, kOptgroup, kOption,
       kTbody,    kTd,       kTfoot,    kTh,       kThead, kTr,     kTitle,  kScript,   kStyle,
       kTextarea, kTemplate, kIframe,   kVideo,    kAudio, kCanvas, kObject});
  Set(all, kVoid,
      {kBase, kBr, kCol, kEmbed, kFrame, kHr, kImg, kInput, kLink, kMeta, kParam, kSource, kTrack,
       kWbr});
  Set(all, kRaw, {kIframe, kNoembed, kNoframes, kScript, kStyle, kSvg, kTextarea, kTitle, kXmp});
  Set(all, kEscapable, {kTextarea, kTitle});
  Set(all, kBarrier,
      {kApplet, kCaption, kHtml, kMarquee, kObject, kTable, kTd, kTemplate, kTh, kBody});
  return all;
}

constexpr Properties kProperties = MakeProperties();

bool Has(Tag tag, Property property) {
  return (kProperties[static_cast<size_t>(tag)] & property) != 0;
}

}  // namespace

Tag LookupTag(std::string_view name) {
  constexpr size_t kLongest = 10;  // "blockquote", "figcaption", "annotation"
  if (name.empty() || name.size() > kLongest) return Tag::kUnknown;
  char lower[kLongest];
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    lower[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  const std::string_view key(lower, name.size());
  const auto found = std::lower_bound(kNames.begin() + 2, kNames.end(), key);
  if (found == kNames.end() || *found != key) return Tag::kUnknown;
  return static_cast<Tag>(found - kNames.begin());
}

std::string_view TagName(Tag tag) { return kNames[static_cast<size_t>(tag)]; }

bool IsBlock(Tag tag) { return Has(tag, kBlock); }

bool IsVoid(Tag tag) { return Has(tag, kVoid); }

bool ClosesParagraph(Tag tag) { return Has(tag, kClosesP); }

bool IsRawText(Tag tag) { return Has(tag, kRaw); }

bool IsEscapableText(Tag tag) { return Has(tag, kEscapable); }

bool IsScopeBarrier(Tag tag) { return Has(tag, kBarrier); }

bool IsHeading(Tag tag) { return tag >= Tag::kH1 && tag <= Tag::kH6; }

}  // namespace owt::text
