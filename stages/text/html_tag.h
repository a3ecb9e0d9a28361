#pragma once

#include <cstdint>
#include <string_view>

namespace owt::text {

// The elements that extraction or tree building treats in a way of its own; all others are
// kUnknown. Order is free; names are in html_tag.cc.
enum class Tag : uint8_t {
  kText,  // a run of text, not an element
  kUnknown,
  kA,
  kAddress,
  kAnnotation,
  kApplet,
  kArticle,
  kAside,
  kAudio,
  kB,
  kBase,
  kBlockquote,
  kBody,
  kBr,
  kButton,
  kCanvas,
  kCaption,
  kCenter,
  kCite,
  kCode,
  kCol,
  kColgroup,
  kDatalist,
  kDd,
  kDel,
  kDetails,
  kDialog,
  kDir,
  kDiv,
  kDl,
  kDt,
  kEm,
  kEmbed,
  kFieldset,
  kFigcaption,
  kFigure,
  kFont,
  kFooter,
  kForm,
  kFrame,
  kFrameset,
  kH1,
  kH2,
  kH3,
  kH4,
  kH5,
  kH6,
  kHead,
  kHeader,
  kHgroup,
  kHr,
  kHtml,
  kI,
  kIframe,
  kImg,
  kInput,
  kIns,
  kKbd,
  kLabel,
  kLegend,
  kLi,
  kLink,
  kListing,
  kMain,
  kMap,
  kMarquee,
  kMath,
  kMenu,
  kMeta,
  kNav,
  kNoembed,
  kNoframes,
  kNoscript,
  kObject,
  kOl,
  kOptgroup,
  kOption,
  kP,
  kParam,
  kPicture,
  kPre,
  kProgress,
  kRp,
  kRt,
  kRtc,
  kS,
  kSamp,
  kScript,
  kSearch,
  kSection,
  kSelect,
  kSource,
  kSpan,
  kStrike,
  kStrong,
  kStyle,
  kSub,
  kSummary,
  kSup,
  kSvg,
  kTable,
  kTbody,
  kTd,
  kTemplate,
  kTextarea,
  kTfoot,
  kTh,
  kThead,
  kTime,
  kTitle,
  kTr,
  kTrack,
  kTt,
  kU,
  kUl,
  kVar,
  kVideo,
  kWbr,
  kXmp,
  kNumTags
};

inline constexpr int kNumTags = static_cast<int>(Tag::kNumTags);

// The tag of an element name, ASCII case ignored; kUnknown for every other name. O(name).
Tag LookupTag(std::string_view name);

// The element's name in lower case; "#text" and "#unknown" for the first two.
std::string_view TagName(Tag tag);

// Starts and ends a line of its own when displayed (HTML rendering section, display: block,
// list-item and the table parts).
bool IsBlock(Tag tag);

// Has no content and no end tag.
bool IsVoid(Tag tag);

// Its start tag ends an open <p> (HTML 13.2.6.4.7).
bool ClosesParagraph(Tag tag);

// Content is text up to the matching end tag, without markup (and, unless IsEscapableText, without
// character references).
bool IsRawText(Tag tag);

// <title> and <textarea>: raw, but with character references.
bool IsEscapableText(Tag tag);

// An end tag inside it does not close what lies outside (HTML "has an element in scope").
bool IsScopeBarrier(Tag tag);

bool IsHeading(Tag tag);

}  // namespace owt::text
