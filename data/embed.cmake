# Writes OUTPUT: the bytes of INPUT as a C++ array under the name NAME (see owt_embed).
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
file(WRITE ${OUTPUT}
"#include <string_view>
namespace owt::data {
extern const std::string_view ${NAME};
static constexpr char k${NAME}Bytes[] = {${bytes} '\\0'};
const std::string_view ${NAME}(k${NAME}Bytes, sizeof(k${NAME}Bytes) - 1);
}
")
