#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace owt::formats {

// A pickle as data. Python's pickles are programs that may call anything; here nothing is ever
// called, imported or built: where the program asks for a call, the tree records what it asked for.

using PickleId = uint32_t;

enum class PickleKind : uint8_t {
  kNone,
  kBool,
  kInteger,
  kLongInteger,  // beyond 64 bits; `text` has its bytes, little endian
  kReal,
  kText,
  kBytes,
  kList,
  kTuple,
  kSet,
  kDict,
  kGlobal,      // a name that Python would import: module `text`, `name` in it
  kPersistent,  // something outside of the pickle, which `argument` describes
  kCall,        // `callee` called with the tuple `argument`; then `items`, as a dict's, set in it
};

struct PickleValue {
  PickleKind kind = PickleKind::kNone;
  PickleId callee = 0, argument = 0;
  PickleId state = 0;  // of kCall: what __setstate__ would get; 0 where there is none
  int64_t integer = 0;
  double real = 0;
  std::string_view text, name;
  std::vector<PickleId> items;  // of a dict: key, value, key, value, ...
};

// Values refer to each other by number, in any way: also in circles. Whoever walks through them
// bounds the depth and the number of steps.
class PickleTree {
 public:
  static constexpr PickleId kNoneId = 0, kFalseId = 1, kTrueId = 2;

  PickleTree();

  PickleId root() const { return root_; }

  const PickleValue& operator[](PickleId id) const { return values_[id]; }

  size_t size() const { return values_.size(); }

 private:
  friend class PickleMachine;

  PickleId root_ = kNoneId;
  std::vector<PickleValue> values_;
};

// Limits on what a pickle may ask for. A checkpoint of 96 layers with its optimizer has some
// thousand values in some hundred KB.
inline constexpr uint64_t kMaxPickleBytes = uint64_t{64} << 20;
inline constexpr size_t kMaxPickleValues = size_t{1} << 20;  // also on the stack, and in the memo
inline constexpr size_t kMaxPickleItems = size_t{1} << 22;   // of all lists, tuples, dicts

// Reads the pickle of protocol 2 to 5 that begins at *position, and moves *position behind it.
// Texts point into `bytes`. Throws Error{kInput} with `file` and the position for what is no such
// pickle, passes a limit, or has an instruction that torch.save never writes. No recursion.
PickleTree ReadPickle(std::string_view bytes, uint64_t* position, const std::string& file);

}  // namespace owt::formats
