// The instructions: Lib/pickletools.py of Python. A stack of values, marks in it, and a memo of
// values that are asked for again; each instruction pops, makes a value, pushes.
#include "formats/pickle.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "pipeline/error.h"

namespace owt::formats {

PickleTree::PickleTree() : values_(3) {
  values_[kFalseId].kind = values_[kTrueId].kind = PickleKind::kBool;
  values_[kTrueId].integer = 1;
}

class PickleMachine {
 public:
  PickleMachine(std::string_view bytes, uint64_t position, const std::string& file)
      : bytes_(bytes.substr(0, position + std::min(kMaxPickleBytes, bytes.size() - position))),
        at_(position),
        file_(file) {}

  PickleTree Run() {
    const uint8_t first = Byte();
    const uint8_t protocol = Byte();
    if (first != 0x80 || protocol < 2 || protocol > 5) Fail("no pickle of protocol 2 to 5");
    while (Step(Byte())) {
    }
    return std::move(tree_);
  }

  uint64_t position() const { return at_; }

 private:
  [[noreturn]] void Fail(std::string_view what) const {
    throw Error(ErrorKind::kInput, fmt::format("no checkpoint that can be read: {}", what), file_,
                at_);
  }

  // --- Reading
  std::string_view Take(uint64_t size) {
    if (size > bytes_.size() - at_) {
      Fail("a pickle is cut short, or larger than 64 MiB");
    }
    const std::string_view taken = bytes_.substr(at_, size);
    at_ += size;
    return taken;
  }

  template <class T>
  T Number() {
    T value;
    std::memcpy(&value, Take(sizeof value).data(), sizeof value);
    return value;
  }

  uint8_t Byte() { return Number<uint8_t>(); }

  std::string_view Line() {
    const size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) Fail("a name does not end");
    const std::string_view line = Take(end - at_);
    ++at_;
    return line;
  }

  // --- Values. What makes one returns true, as Step does.
  PickleValue& At(PickleId id) { return tree_.values_[id]; }

  void CountItems(size_t count) {
    num_items_ += count;
    if (num_items_ > kMaxPickleItems) Fail("it has too many items");
  }

  bool Push(PickleId id) {
    if (stack_.size() == kMaxPickleValues) Fail("it has too many values");
    stack_.push_back(id);
    return true;
  }

  bool Push(PickleValue value) {
    if (tree_.values_.size() == kMaxPickleValues) Fail("it has too many values");
    CountItems(value.items.size());
    tree_.values_.push_back(std::move(value));
    return Push(static_cast<PickleId>(tree_.values_.size() - 1));
  }

  bool PushText(PickleKind kind, std::string_view text, std::string_view name = {}) {
    PickleValue value;
    value.kind = kind;
    value.text = text;
    value.name = name;
    return Push(std::move(value));
  }

  bool PushInteger(int64_t integer) {
    PickleValue value;
    value.kind = PickleKind::kInteger;
    value.integer = integer;
    return Push(std::move(value));
  }

  bool PushLong(std::string_view bytes) {
    if (bytes.size() > sizeof(int64_t)) return PushText(PickleKind::kLongInteger, bytes);
    int64_t integer = !bytes.empty() && (bytes.back() & 0x80) ? -1 : 0;  // the sign goes on
    std::memcpy(&integer, bytes.data(), bytes.size());
    return PushInteger(integer);
  }

  bool PushReal() {
    PickleValue value;
    value.kind = PickleKind::kReal;
    value.real = std::bit_cast<double>(__builtin_bswap64(Number<uint64_t>()));
    return Push(std::move(value));
  }

  bool PushItems(PickleKind kind, std::vector<PickleId> items) {
    if (kind == PickleKind::kDict && items.size() % 2 != 0) Fail("a key has no value");
    PickleValue value;
    value.kind = kind;
    value.items = std::move(items);
    return Push(std::move(value));
  }

  // --- The stack
  size_t Floor() const { return marks_.empty() ? 0 : marks_.back(); }

  PickleId Pop() {
    if (stack_.size() <= Floor()) Fail("its stack is empty");
    const PickleId id = stack_.back();
    stack_.pop_back();
    return id;
  }

  PickleId Top() const {
    if (stack_.size() <= Floor()) Fail("its stack is empty");
    return stack_.back();
  }

  std::vector<PickleId> PopLast(size_t count) {
    std::vector<PickleId> items(count);
    for (size_t i = count; i-- > 0;) items[i] = Pop();
    return items;
  }

  std::vector<PickleId> PopToMark() {
    if (marks_.empty()) Fail("a mark is missing");
    std::vector<PickleId> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()),
                                stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }

  bool PopAny() {
    if (!marks_.empty() && stack_.size() == marks_.back()) {
      marks_.pop_back();
    } else {
      Pop();
    }
    return true;
  }

  bool PushMark() {
    if (marks_.size() == kMaxPickleValues) Fail("it has too many marks");
    marks_.push_back(stack_.size());
    return true;
  }

  // --- The memo
  bool Put(uint64_t index) {
    if (index >= kMaxPickleValues) Fail("its memo is too large");
    if (index >= memo_.size()) memo_.resize(index + 1, kUnset);
    num_memo_ += memo_[index] == kUnset;
    memo_[index] = Top();
    return true;
  }

  bool Get(uint64_t index) {
    if (index >= memo_.size() || memo_[index] == kUnset) Fail("its memo has no such value");
    return Push(memo_[index]);
  }

  // --- Objects
  bool AddItems(PickleKind kind, const std::vector<PickleId>& items) {
    PickleValue& target = At(Top());
    const bool pairs = kind == PickleKind::kDict;
    if (pairs && items.size() % 2 != 0) Fail("a key has no value");
    if (target.kind != kind) {
      if (target.kind != PickleKind::kCall) Fail("it adds items to what has none");
      if (!pairs) return true;  // to an unknown kind of list
    }
    CountItems(items.size());
    target.items.insert(target.items.end(), items.begin(), items.end());
    return true;
  }

  bool PushCall(PickleId argument) {
    PickleValue value;
    value.kind = PickleKind::kCall;
    value.argument = argument;
    value.callee = Pop();
    return Push(std::move(value));
  }

  bool Build() {
    const PickleId state = Pop();
    PickleValue& target = At(Top());
    if (target.kind != PickleKind::kCall) Fail("it sets the state of what has none");
    target.state = state;
    return true;
  }

  bool PushPersistent() {
    PickleValue value;
    value.kind = PickleKind::kPersistent;
    value.argument = Pop();
    return Push(std::move(value));
  }

  bool PushStackGlobal() {
    const PickleId name = Pop(), module = Pop();
    if (At(name).kind != PickleKind::kText || At(module).kind != PickleKind::kText) {
      Fail("a name is no text");
    }
    return PushText(PickleKind::kGlobal, At(module).text, At(name).text);
  }

  // False at the end. In groups, each of which says whether it knew the instruction.
  bool Step(uint8_t code) {
    if (code == '.') {
      if (stack_.size() != 1 || !marks_.empty()) Fail("it ends with other than one value");
      tree_.root_ = stack_[0];
      return false;
    }
    if (StepScalar(code) || StepContainer(code) || StepObject(code)) return true;
    --at_;
    Fail(fmt::format("torch.save writes no instruction {:#04x}", code));
  }

  bool StepScalar(uint8_t code) {
    switch (code) {
      case 'N':
        return Push(PickleTree::kNoneId);
      case 0x88:
        return Push(PickleTree::kTrueId);
      case 0x89:
        return Push(PickleTree::kFalseId);
      case 'J':
        return PushInteger(Number<int32_t>());
      case 'K':
        return PushInteger(Byte());
      case 'M':
        return PushInteger(Number<uint16_t>());
      case 0x8a:
        return PushLong(Take(Byte()));
      case 0x8b:
        return PushLong(Take(Number<uint32_t>()));
      case 'G':
        return PushReal();
      case 'X':
        return PushText(PickleKind::kText, Take(Number<uint32_t>()));
      case 0x8c:
        return PushText(PickleKind::kText, Take(Byte()));
      case 0x8d:
        return PushText(PickleKind::kText, Take(Number<uint64_t>()));
      case 'T':
        return PushText(PickleKind::kText, Take(Number<uint32_t>()));  // of Python 2
      case 'U':
        return PushText(PickleKind::kText, Take(Byte()));
      case 'B':
        return PushText(PickleKind::kBytes, Take(Number<uint32_t>()));
      case 'C':
        return PushText(PickleKind::kBytes, Take(Byte()));
      case 0x8e:
      case 0x96:
        return PushText(PickleKind::kBytes, Take(Number<uint64_t>()));
      default:
        return false;
    }
  }

  bool StepContainer(uint8_t code) {
    switch (code) {
      case '(':
        return PushMark();
      case '0':
        return PopAny();
      case '1':
        PopToMark();
        return true;
      case '2':
        return Push(Top());
      case '}':
        return PushItems(PickleKind::kDict, {});
      case ']':
        return PushItems(PickleKind::kList, {});
      case ')':
        return PushItems(PickleKind::kTuple, {});
      case 0x8f:
        return PushItems(PickleKind::kSet, {});
      case 'd':
        return PushItems(PickleKind::kDict, PopToMark());
      case 'l':
        return PushItems(PickleKind::kList, PopToMark());
      case 't':
        return PushItems(PickleKind::kTuple, PopToMark());
      case 0x91:
        return PushItems(PickleKind::kSet, PopToMark());
      case 0x85:
      case 0x86:
      case 0x87:
        return PushItems(PickleKind::kTuple, PopLast(code - 0x84u));
      case 'a':
        return AddItems(PickleKind::kList, PopLast(1));
      case 'e':
        return AddItems(PickleKind::kList, PopToMark());
      case 's':
        return AddItems(PickleKind::kDict, PopLast(2));
      case 'u':
        return AddItems(PickleKind::kDict, PopToMark());
      case 0x90:
        return AddItems(PickleKind::kSet, PopToMark());
      default:
        return false;
    }
  }

  bool StepObject(uint8_t code) {
    switch (code) {
      case 0x80:
        Byte();
        return true;  // the protocol once more, of a pickle in a pickle
      case 0x95:
        Number<uint64_t>();
        return true;  // a frame's length: for readers of streams
      case 'c': {
        const std::string_view module = Line();
        return PushText(PickleKind::kGlobal, module, Line());
      }
      case 0x93:
        return PushStackGlobal();
      case 'R':
      case 0x81:
        return PushCall(Pop());
      case 0x92:
        Pop();  // arguments by name
        return PushCall(Pop());
      case 'b':
        return Build();
      case 'Q':
        return PushPersistent();
      case 'q':
        return Put(Byte());
      case 'r':
        return Put(Number<uint32_t>());
      case 0x94:
        return Put(num_memo_);
      case 'h':
        return Get(Byte());
      case 'j':
        return Get(Number<uint32_t>());
      default:
        return false;
    }
  }

  static constexpr PickleId kUnset = ~PickleId{0};

  std::string_view bytes_;
  uint64_t at_;
  const std::string& file_;
  PickleTree tree_;
  std::vector<PickleId> stack_, memo_;
  std::vector<size_t> marks_;
  size_t num_items_ = 0, num_memo_ = 0;
};

PickleTree ReadPickle(std::string_view bytes, uint64_t* position, const std::string& file) {
  PickleMachine machine(bytes, *position, file);
  PickleTree tree = machine.Run();
  *position = machine.position();
  return tree;
}

}  // namespace owt::formats
